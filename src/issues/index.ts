/** What is wrong with an input, in plain words. */
export { issueInWords } from './issue-in-words.ts'
export { issueTexts } from './issue-texts.ts'
export { jsonFault } from './json-fault.ts'
