/** The kind of order that a text resembles. */
export type InstructionKind =
  /** "Ignore all previous instructions." */
  | 'override'
  /** "You are now ...", "act as ...": assigns another role. */
  | 'role'
  /** Delimiters of a prompt format: `<|im_start|>`, `[INST]`, `### System:`. */
  | 'markup'
  /** "Do not tell the user." */
  | 'secrecy'
  /** Asks for hidden data: the prompt, keys, files of the machine. */
  | 'exfiltration'
  /** Asks to run fetched code, or to destroy something. */
  | 'execution'
  /** Invisible characters: tags, zero-width and direction marks. */
  | 'hidden-text'
  /** Reads like an order by the linear model; no rule matches. */
  | 'directive'
