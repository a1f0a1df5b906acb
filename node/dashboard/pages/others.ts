/** All pages but the first one, in one file: a file each is a request each. */
export { Agents } from './agents.tsx'
export { Events } from './events.tsx'
export { Impact } from './impact.tsx'
export { Knowledge } from './knowledge.tsx'
export { Review } from './review.tsx'
export { Skills } from './skills.tsx'
export { Swarm } from './swarm.tsx'
