/** Listening for a door, and why it fails: what the owner of the node can do about it. */
import { CommandError, EXIT, messageOf } from '../exit-codes.ts'
import type { FastifyInstance } from 'fastify'

type Place = { readonly path: string } | { readonly host: string; readonly port: number }

const OTHER = 'Choose another one with --http, or use --http off for none.'

/** Throws `CommandError` (LISTEN_FAILED) that says what to do. */
export async function listen(server: Pick<FastifyInstance, 'listen'>, place: Place): Promise<void> {
  try {
    await server.listen(place)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const text = 'path' in place ? socketProblem(place.path, error) : tcpProblem(place, code, error)
    throw new CommandError(text, 'path' in place ? EXIT.failed : EXIT.swarm, 'LISTEN_FAILED')
  }
}

function tcpProblem(
  { host, port }: { readonly host: string; readonly port: number },
  code: string,
  error: unknown
): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is in use by another process. ${OTHER}`
    case 'EACCES':
    case 'EPERM':
      return `This user may not use port ${port}. Choose a port from 1024 on with --http, or use --http off for none.`
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return `${host} is not an address of this machine. ${OTHER}`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name ${host} has no address. ${OTHER}`
    default:
      return `The HTTP API cannot use port ${port} of ${host}: ${messageOf(error)}. ${OTHER}`
  }
}

function socketProblem(path: string, error: unknown): string {
  return `The node cannot make its control socket ${path}: ${messageOf(error)}. Set XDG_RUNTIME_DIR to a directory that only this user can enter and write.`
}
