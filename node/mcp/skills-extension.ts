/** Verified skills of the node, by the skills extension of MCP: each as a SKILL.md. */
import { SkillsExtension, skillEntry } from '@modelcontextprotocol/server/ext/skills'
import { stringify } from 'yaml'
import type { ToolContext } from './tool.ts'

const MAX_LISTED = 100
const FILE = 'SKILL.md'

export function skillsExtension({ call }: Pick<ToolContext, 'call'>): SkillsExtension {
  return new SkillsExtension({
    source: {
      async list() {
        const skills = await call('skills', { status: 'verified' })
        const listed = skills.slice(0, MAX_LISTED)
        return { skills: await Promise.all(listed.map(({ name }) => entryOf(name))) }
      },
      async get(uri) {
        const name = nameOf(uri)
        return name === undefined || !(await isVerified(name)) ? undefined : entryOf(name)
      },
      async read(uri) {
        const name = nameOf(uri)
        if (name === undefined || !(await isVerified(name))) return undefined
        return { text: await textOf(name), mimeType: 'text/markdown' }
      }
    }
  })

  async function entryOf(name: string): ReturnType<typeof skillEntry> {
    return skillEntry(name, { [FILE]: await textOf(name) })
  }

  async function isVerified(name: string): Promise<boolean> {
    const skills = await call('skills', { status: 'verified' })
    return skills.some((skill) => skill.name === name)
  }

  async function textOf(name: string): Promise<string> {
    const { details } = await call('show-skill', { skill: name })
    const { description, kind, source, licence } = details.skill
    const head = stringify({
      name,
      description,
      ...(licence === undefined ? {} : { license: licence })
    })
    const body =
      kind === 'prompt'
        ? source
        : `Run it with the tool \`skill\`: action "run", skill "${name}", and its input as JSON.\n\n\`\`\`js\n${source}\n\`\`\`\n`
    return `---\n${head}---\n\n${body}`
  }
}

function nameOf(uri: string): string | undefined {
  return /^skill:\/\/([a-z0-9-]+)\/SKILL\.md$/.exec(uri)?.[1]
}
