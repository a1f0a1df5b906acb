import { becomes } from '../../../fixtures/anonymized.ts'

describe('names', () => {
  becomes([
    ["Zbigniew's laptop failed", "<NAME_1>'s laptop failed"],
    ['Ask Maria Gonzalez-Lopez to restart it', 'Ask <NAME_1> to restart it'],
    ['Dr. Stone approved the change', 'Dr. <NAME_1> approved the change'],
    ['It fails for customer Bluebird only', 'It fails for customer <NAME_1> only'],
    ['Project Nightingale needs a restart', 'Project <NAME_1> needs a restart'],
    ['Vexlor Systems GmbH pays for it', '<NAME_1> pays for it'],
    ['The Kwildril team restarts it', 'The <NAME_1> team restarts it'],
    ['Grace said that it works', '<NAME_1> said that it works'],
    ['A grace period of one second works', 'A grace period of one second works'],
    [
      'Mark the Kubernetes node as ready in Firefox',
      'Mark the Kubernetes node as ready in Firefox'
    ],
    ["It doesn't work, and you'll see why", "It doesn't work, and you'll see why"]
  ])
})
