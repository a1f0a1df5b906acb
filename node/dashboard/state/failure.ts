/** A failure in words, with the code of the node. */
export interface Failure {
  readonly code: string
  readonly text: string
}
