// Made by `npm run assets`.
export default "document.querySelector(\"[data-continue]\")?.form?.requestSubmit();\n"
