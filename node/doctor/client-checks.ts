/** What is installed in the clients of agents. */
import { CLIENTS, checkClient, launchHere, placeHere } from '../install/index.ts'
import { version } from '../version.ts'
import { good } from './check.ts'
import type { Place } from '../install/index.ts'
import type { Check, DoctorFinding, Examined } from './check.ts'

/** One check for each client, of the user and of the working directory. */
export function clientChecks({ env, cwd }: Pick<Examined, 'cwd' | 'env'>): Check[] {
  const user = placeHere(env)
  const places: [Place, string][] = [[user, '']]
  if (cwd !== user.home) places.push([placeHere(env, cwd), ' in this directory'])
  return places.flatMap(([place, where]) =>
    CLIENTS.map((client) => ({
      section: `${client.title}${where}`,
      run: async () =>
        (await checkClient(client, place, launchHere(), version())).map((finding) => ({
          ...finding,
          id: 'client'
        }))
    }))
  )
}

export const NO_CLIENT: DoctorFinding = good(
  'client',
  'hive is in no client; "hive install" lists the clients'
)
