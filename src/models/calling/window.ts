/**
 * The context windows of models: a request that does not fit goes to a larger one. The estimate
 * decides before the call; the server's refusal decides after it.
 */
import type { CataloguedModel } from '../catalogue.ts'

export interface RequestSize {
  /** Estimated tokens of the input. */
  readonly estimate: number
  readonly output: number
}

/** Whether the request should fit; so it does if the catalogue has no window for the model. */
export function fitsWindow(
  { context }: Pick<CataloguedModel, 'context'>,
  size: RequestSize
): boolean {
  return context === null || size.estimate + size.output <= context
}

/** The windows that a call has found too small; shared by its tiers. */
export class TooSmall {
  #largest = 0

  /** A server has refused the request as too long. */
  add({ context }: Pick<CataloguedModel, 'context'>): void {
    this.#largest = Math.max(this.#largest, context ?? 0)
  }

  /** Why this model is not asked; undefined if it may be. */
  reason(model: Pick<CataloguedModel, 'id' | 'context'>, size: RequestSize): string | undefined {
    const { id, context } = model
    if (!fitsWindow(model, size)) {
      return `${id}: about ${size.estimate} tokens of input and ${size.output} of output exceed its window of ${context}`
    }
    if (context === null || context > this.#largest) return undefined
    return `${id}: its window of ${context} tokens is not larger than one that was too small`
  }
}
