/** What a benchmark is: numbers it can be given, and a run that prints its figures. */
export interface Benchmark<Name extends string = string> {
  readonly about: string
  /** Its parameters, each an option of the command line, with what they are when left out. */
  readonly defaults: Readonly<Record<Name, number>>
  run(parameters: Readonly<Record<Name, number>>): Promise<void>
}
