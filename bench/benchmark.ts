/** What a benchmark is: numbers and texts it can be given, and a run that prints its figures. */
export interface Benchmark<Name extends string = string, Text extends string = string> {
  readonly about: string
  /** Its parameters, each an option of the command line, with what they are when left out. */
  readonly defaults: Readonly<Record<Name, number>>
  /** Its options that are texts, with what they are when left out. */
  readonly texts?: Readonly<Record<Text, string>>
  run(
    parameters: Readonly<Record<Name, number>>,
    texts: Readonly<Record<Text, string>>
  ): Promise<void>
}
