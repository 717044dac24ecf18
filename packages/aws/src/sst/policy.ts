export function policy(statement: aws.types.input.iam.GetPolicyDocumentStatementArgs) {
  return aws.iam.getPolicyDocumentOutput({ statements: [statement] }).json
}

export function equals<Value>(variable: string, value: Value) {
  return { test: "StringEquals", variable, values: [value] }
}
