/** Names in filters, in the form in which records have them. */
import { z } from 'zod'
import { canonicalText } from '../../crdt/index.ts'

/** The entity or the attribute of a filter. */
export const FilterName = z.string().transform(canonicalText).pipe(z.string().min(1))

/** The tags of a filter. */
export const FilterTags = z.array(z.string().transform((tag) => tag.normalize('NFC').trim()))
