// What the pages of jobs do beyond their forms and links, which work without it.

/** Continues with the next part of what is done to many jobs. */
document.querySelector<HTMLButtonElement>("[data-continue]")?.form?.requestSubmit()
