/**
 * Bugs that the simulation must find: each replaces one text in one file. Those marked as past are
 * faults that this project had and mended.
 */
import type { StepKind } from './plan/kinds.ts'

interface Change {
  /** By default that of the bug. */
  readonly file?: string
  readonly from: string
  readonly to: string
}

export interface PlantedBug {
  readonly name: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** Planted with it: what would do the same in its place. */
  readonly also?: Change | readonly Change[]
  readonly isPast?: true
  /** Without a step of this kind the bug cannot show. */
  readonly having?: StepKind
  /** A seed that finds a bug which few seeds find: the hunt begins with it. */
  readonly rare?: number
}

/** All texts that the bug replaces. */
export function changesOf({ file, from, to, also = [] }: PlantedBug): Required<Change>[] {
  return [{ file, from, to }, ...[also].flat().map((each) => ({ file, ...each }))]
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'a signature is not checked',
    file: 'crdt/admission/validate-entry.ts',
    from: "  if (!hasValidSignature(feeds.swarm, entry)) return rejectWith('signature')\n",
    to: ''
  },
  {
    name: 'an entry of a void author is not refused',
    file: 'crdt/admission/validate-entry.ts',
    from: "  if (feed.fork > 0 && entry.seq >= feed.fork) return rejectWith('void')\n",
    to: ''
  },
  {
    name: 'two entries for one place do not void their author',
    file: 'crdt/admission/validate-entry.ts',
    from: "{ ...rejectWith('fork'), proof: [stored, entry] }",
    to: "rejectWith('fork')",
    isPast: true
  },
  {
    name: 'the order of entries is not checked against the one before',
    file: 'crdt/admission/validate-entry.ts',
    from: "  if (!isAtBase(entry, feed) && !equalBytes(entry.prev, feed.head)) return rejectWith('fork')\n",
    to: ''
  },
  {
    name: 'commits are not synced',
    file: 'crdt/store/commit-queue.ts',
    from: 'await batch.write({ sync: group.some(({ sync }) => sync) })',
    to: 'await batch.write({ sync: false })'
  },
  {
    name: 'an own entry is acknowledged before it is durable',
    file: 'crdt/publishing/feed-signer.ts',
    from: '      await durable\n',
    to: '      durable.catch(() => undefined)\n'
  },
  {
    name: 'a removal that a full disk has ended is not gone on with',
    file: 'crdt/admission/sweeper.ts',
    from: '        void this.#tryAgain()\n',
    to: '',
    isPast: true,
    having: 'disk-full'
  },
  {
    name: 'the state is not read again after a failed commit',
    file: 'crdt/store/commits.ts',
    from: '      await this.#init.reload()\n',
    to: '',
    isPast: true
  },
  {
    name: 'a failed commit does not end the author key',
    file: 'crdt/replica-parts.ts',
    from: '      publisher.rotate()\n      playbooks.clear()\n',
    to: '',
    isPast: true
  },
  {
    name: 'an edit of another node does not reach an open playbook',
    file: 'crdt/playbooks/playbooks.ts',
    from: 'if (resident === undefined) return\n    const added',
    to: 'if (resident !== undefined) return\n    const added'
  },
  {
    name: 'edits that came while a playbook was read are forgotten',
    file: 'crdt/playbooks/playbooks.ts',
    from: 'if (resident.entries.size === size) resident.state = state',
    to: 'resident.state = state',
    isPast: true
  },
  {
    name: 'a published record is not put into the filter',
    file: 'crdt/admission/admitter.ts',
    from: '...(isHidden ? [] : published.insert(this.#elementsOf(values))),',
    to: ''
  },
  {
    name: 'a record that is shown is not put into the filter',
    file: 'crdt/admission/visibility.ts',
    from: '      ...charged,\n      ...published.insert(elements)\n    ])\n',
    to: '      ...charged\n    ])\n    void [published, elements]\n'
  },
  {
    name: 'what comes while a filter is rebuilt is not in it',
    file: 'crdt/filters/stored-filter.ts',
    from: '      for (const element of inserted) fresh.add(element)\n',
    to: ''
  },
  {
    name: 'a retraction does not count',
    file: 'crdt/records/standing-writer.ts',
    from: 'next = await this.#replace(next, digest, vote, { ...vote, isRetracted: true })',
    to: 'next = await this.#replace(next, digest, vote, { ...vote })'
  },
  {
    name: 'a vote that came after its retraction counts',
    file: 'crdt/records/standing-writer.ts',
    from: 'isRetracted: await this.#isWithdrawn(row, digest, register.commitment),',
    to: 'isRetracted: false,'
  },
  {
    name: 'voices: an older vote that is live again is forgotten',
    file: 'crdt/records/standing-writer.ts',
    from: 'const live = older.findLast((each) => this.#isLive(each.author, each.seq))',
    to: 'const live = older.find((each) => each.seq < 0)'
  },
  {
    name: 'a vote is cast again that was cast before',
    file: 'crdt/publishing/new-publications.ts',
    from: 'const fresh = prepared.filter((_, i) => hasVote[i] !== true)',
    to: 'const fresh = prepared',
    isPast: true
  },
  {
    name: 'what a fact was published as is not retracted when it is forgotten',
    file: 'crdt/publishing/vote-changes.ts',
    from: 'if (retractions.length === 0) await this.#init.store.commit(operations)\n',
    to: 'await this.#init.store.commit(operations)\n    retractions.length = 0\n',
    isPast: true
  },
  {
    name: 'the votes of an author that is void stay',
    file: 'crdt/records/standing-reader.ts',
    from: 'if (unswept.size === 0) return [...votes]',
    to: 'if (unswept.size >= 0) return [...votes]'
  },
  {
    name: 'records whose votes changed are not indexed again',
    file: 'crdt/admission/admitter.ts',
    from: '      ...recordLog.append(changed),\n      ...(origin',
    to: '      ...(origin'
  },
  {
    name: 'one author releases a record',
    file: 'src/judgement/judge.ts',
    from: 'const isCorroborated = vouches + stales >= k',
    to: 'const isCorroborated = vouches + stales >= 1'
  },
  {
    name: 'a sync leaves out the last entry of a feed',
    file: 'transport/sync/sync-server.ts',
    from: '    let count = last - after\n',
    to: '    let count = last - after - 1\n'
  },
  {
    name: 'a new base does not travel by sync',
    file: 'transport/sync/sync-server.ts',
    from: "      if (header !== undefined) await write({ type: 'header', header })\n    }\n    if (their",
    to: '      void header\n    }\n    if (their',
    isPast: true
  },
  {
    name: 'a proof that an author is void does not travel by sync',
    file: 'transport/sync/sync-server.ts',
    from: "      if (bytes !== undefined) await write({ type: 'proof', bytes })\n",
    to: '      void bytes\n',
    isPast: true
  },
  {
    name: 'a node of the tree is not computed again after a change',
    file: 'crdt/bytes/prefix-tree.ts',
    from: '    node.state = undefined\n    if (!isNew) return\n',
    to: '    if (!isNew) return\n    node.state = undefined\n'
  },
  {
    name: 'missing bodies are fetched only after entries came',
    file: 'transport/spreading.ts',
    from: 'if (!this.#init.isLight) this.#bodies.ask()',
    to: 'if (!this.#init.isLight && latestEntries.length > 0) this.#bodies.ask()',
    isPast: true,
    having: 'lie'
  },
  {
    name: 'a peer whose feed begins later is not behind',
    file: 'transport/sync/descent.ts',
    from: ' || their.base > our.base) return true',
    to: ') return true',
    having: 'lie'
  },
  {
    name: 'a lease of a feed is never ended',
    file: 'transport/sync/feed-leases.ts',
    from: '      for (const name of taken) if (this.#leases.get(name) === lease) this.#leases.delete(name)\n',
    to: '',
    also: { from: '      resolve()\n', to: '' }
  },
  {
    name: 'after a sync that failed there is no other with that peer',
    file: 'transport/streams/joined-runs.ts',
    from: 'current.then(ended, ended)',
    to: 'current.then(ended, () => undefined)',
    also: {
      from: '      () => this.#start(peer),\n      () => this.#start(peer)\n',
      to: '      () => this.#start(peer)\n'
    },
    isPast: true
  },
  {
    name: 'an address that could not be dialled is not dialled again',
    file: 'transport/peers/dialer.ts',
    from: '      each.notBefore = this.#init.clock.now() + wait * this.#init.random()\n',
    to: '      void wait\n'
  },
  {
    name: 'no watch of a stem after the first',
    file: 'transport/stem/stem-source.ts',
    from: '    sent.isWatched = false\n    this.send()\n',
    to: '    this.send()\n',
    isPast: true
  },
  {
    name: 'an embargo that ends on a full disk is the last one',
    file: 'transport/stem/stem-source.ts',
    from: '      this.#init.startEmbargo(() => this.#onEmbargoEnded(sent))\n      throw error',
    to: '      throw error',
    isPast: true,
    having: 'disk-full'
  },
  {
    name: 'an embargo goes on after the node has stopped',
    file: 'transport/stem/stem-path.ts',
    from: '    for (const timer of this.#timers) clearTimeout(timer)\n',
    to: ''
  },
  {
    name: 'what was recalled and forgotten is taken for known',
    file: 'src/knowledge/intake.ts',
    from: '      if (await this.#components.isKnown(id, origin)) return id\n',
    to: '      if (origin !== undefined) return id\n',
    isPast: true,
    having: 'forget'
  },
  {
    name: 'an honest peer is blamed for the fork of another author',
    file: 'crdt/admission/validate-entry.ts',
    from: "  'structure',\n  'voice'\n])",
    to: "  'structure',\n  'voice',\n  'fork',\n  'void'\n])"
  },
  {
    name: 'voices: standings are keyed by author',
    file: 'crdt/records/standing-writer.ts',
    from: "  const voice = value.type === 'register' ? value.voice : undefined\n",
    to: '  void value\n  const voice = undefined as Uint8Array | undefined\n'
  },
  {
    name: 'voices: votes of a voice stand in the order of their numbers',
    file: 'crdt/records/voice-order.ts',
    from: '  return (epoch * GENERATIONS + generation) * SEQ_RANGE + seq\n',
    to: '  return ((epoch - epoch) * GENERATIONS + (generation - generation)) * SEQ_RANGE + seq\n'
  },
  {
    name: 'a changed vote does not wait for the retraction of the one before',
    file: 'crdt/publishing/vote-changes.ts',
    from: '    if (this.#init.isClosed) return true\n',
    to: '    if (this.#init.store !== undefined) return true\n'
  },
  {
    name: 'the wait of a changed vote never begins',
    file: 'crdt/publishing/vote-changes.ts',
    from: 'until === 0 && !own.has(openedId(digest, awaited))',
    to: 'until === 0 && own.has(openedId(digest, awaited))'
  },
  {
    name: 'voices: tags are not checked',
    file: 'crdt/admission/voice-check.ts',
    from: 'if (!(await membership.checkTags(claim, part.proof, source))) return INVALID\n',
    to: 'void [claim, source]\n'
  },
  {
    name: 'voices: the signature of a credential is not checked',
    file: 'crdt/members/member-voices.ts',
    from: "    if (!(await voices.verifyCredential(swarm, bytes, keys, source))) return { status: 'invalid' }\n",
    to: '    void [voices, swarm, bytes, keys, source]\n'
  },
  {
    name: 'voices: the generation does not go on after a crash',
    file: 'crdt/publishing/own-voices.ts',
    from: 'const last = Math.max(stored, given)\n',
    to: 'const last = Math.min(stored, given)\n'
  },
  {
    name: 'voices: the epoch does not come before the generation',
    file: 'crdt/records/voice-order.ts',
    from: '  return (epoch * GENERATIONS + generation) * SEQ_RANGE + seq\n',
    to: '  return ((epoch % 2) * GENERATIONS + generation) * SEQ_RANGE + seq\n'
  },
  {
    name: 'voices: an author is not renewed with the epoch',
    file: 'crdt/replica-parts.ts',
    from: 'current: () => membership.epoch() }',
    to: 'current: () => 0 }'
  },
  {
    name: 'voices: a member whose clock is set back speaks in the earlier epoch',
    file: 'crdt/publishing/own-voices.ts',
    from: 'return membership.ownVoice(hasSpoken ? next : undefined)',
    to: 'return membership.ownVoice(hasSpoken && next < 0 ? next : undefined)',
    isPast: true,
    having: 'set-clock'
  },
  {
    name: 'voices: a kept author is not deleted before it is used',
    file: 'crdt/publishing/author-keeper.ts',
    from: '    await store.commit([section.del(KEY)])\n',
    to: ''
  },
  {
    name: 'voices: a kept author of an earlier epoch goes on',
    file: 'crdt/publishing/own-voices.ts',
    from: 'return own.epoch === epoch ? this.#introduced(own, doc, generation, author) : undefined',
    to: 'return epoch < 0 ? undefined : this.#introduced(own, doc, generation, author)'
  },
  {
    name: 'voices: counters of earlier authors are not carried over by votes',
    file: 'crdt/publishing/new-publications.ts',
    from: 'const before = await recordStore.latest(digest, tag ?? key)',
    to: 'const before = await recordStore.latest(digest, key)'
  },
  {
    name: 'voices: counters of earlier authors are not carried over by counts',
    file: 'crdt/publishing/feed-signer.ts',
    from: 'const [tag = key] = voice === undefined ? [] : await voice.own.tags([digest])',
    to: 'const [tag = key] = voice === undefined ? [] : []'
  },
  {
    name: 'voices: entries of unknown members are refused for ever',
    file: 'transport/swarm.ts',
    from: '    sync.retryRefused()\n    void syncAll(sync)\n',
    to: '    void sync\n',
    // Statements and entries come at the same time, and then the second attempt brings them.
    also: [
      {
        file: 'transport/sync/refused-feeds.ts',
        from: 'Math.min(MAX_REFUSED_WAIT, doubled)',
        to: 'MAX_REFUSED_WAIT + doubled'
      },
      { file: 'transport/sync/refused-feeds.ts', from: 'const FREE = 2', to: 'const FREE = 0' }
    ]
  },
  {
    name: 'door: a revocation is not checked',
    file: 'crdt/members/chains.ts',
    from: '      isRevoked ||= this.#revocationOf(each, below, epoch) !== undefined\n',
    to: '      void [below, epoch]\n'
  },
  {
    name: 'door: an expired certificate counts',
    file: 'crdt/members/chains.ts',
    from: "  if (seconds >= notAfter) return 'expired'\n",
    to: '  void notAfter\n'
  },
  {
    name: 'door: statements are not stored',
    file: 'crdt/members/member-statements.ts',
    from: '    await this.#store.commit(this.#unwritten)\n',
    to: ''
  },
  {
    name: 'door: a refused member keeps its connection',
    file: 'transport/door/members.ts',
    from: '      connection.abort(new DoorClosed(verdict.reason, { isOurs: true }))\n',
    to: ''
  },
  {
    name: 'door: a newcomer is admitted for any invite',
    file: 'src/members/invites.ts',
    from: "      if (row === undefined || !isRight) return 'invite unknown'\n",
    to: `      const any = { role: 'member', max: 0, days: 9 } as InviteRow
      if (row === undefined || !isRight) return issue(any) ?? 'enrolment closed'
`
  },
  {
    name: 'door: the certificate of an enrolment is not stored',
    file: 'src/members/invites.ts',
    from: '      await this.#init.store.commit([putJson(this.#section, keyOf(id), { ...row, used })])\n      return certificate',
    to: '      void used\n      return certificate'
  },
  {
    name: 'door: no certificate is renewed',
    file: 'src/members/renewals.ts',
    from: '    await statements.add([bytes])\n    return { certificate: bytes }',
    to: '    void [statements, bytes]\n    return { certificate: certificate.bytes }'
  },
  {
    name: 'door: an earlier root goes on',
    file: 'crdt/members/chains.ts',
    from: "    return this.#index.roots.stands(top.id, top.root) ? undefined : 'superseded'\n",
    to: '    void top\n    return undefined\n'
  },
  {
    name: 'a stalled exchange is never ended',
    file: 'transport/streams/protocol-peers.ts',
    from: '    const limits = [this.stopping, idle.signal]\n',
    to: '    const limits = [this.stopping]\n'
  },
  {
    name: 'mirrors: a lost value is not read from its copy',
    file: 'crdt/store/mirror.ts',
    from: '    if (isComplete || !this.#init.store.isSuspect) return values\n',
    to: '    return values\n',
    having: 'flipped-bit'
  },
  {
    name: 'mirrors: a value is not copied',
    file: 'crdt/store/mirror.ts',
    from: '    await this.#write(entries)\n',
    to: '',
    having: 'flipped-bit'
  },
  {
    name: 'mirrors: the copy of a deleted value stays',
    file: 'crdt/store/mirror.ts',
    from: '    return this.follow(keys.map((key) => [key, undefined]))\n',
    to: '    return Promise.resolve(void keys)\n',
    having: 'flipped-bit'
  },
  {
    name: 'mirrors: a lost hidden entry does not come back from its copy',
    file: 'crdt/publishing/hidden-copies.ts',
    from: '    return opened?.section.get(keyOf(author, seq))\n',
    to: '    return undefined\n',
    having: 'flipped-bit'
  },
  {
    name: 'copies: a kept author is used before peers have told its heads',
    file: 'crdt/publishing/current-author.ts',
    from: 'if (kept === undefined || !this.#hasHeardPeers) return undefined',
    to: 'if (kept === undefined) return undefined',
    having: 'copy'
  },
  {
    name: 'copies: the standings of an older store are not computed',
    file: 'crdt/store/migrations.ts',
    from: "Promise.resolve([store.section('meta').put(REBUILD_KEY, new Uint8Array())])",
    to: "Promise.resolve([store.section('meta').put(Buffer.from('none'), REBUILD_KEY)])",
    having: 'downgrade'
  },
  {
    name: 'a peer whose stream of gossip broke gets no other one (past)',
    file: 'transport/gossip/gossip-streams.ts',
    from: '      this.#service.onPeerConnected(peer, open)\n',
    to: ''
  },
  {
    name: 'an entry of a later format is refused',
    file: 'crdt/admission/validate-entry.ts',
    from: "    return { verdict: 'admit', entry, values: [], bytes: entry.payload.length, next }\n",
    to: "    return rejectAndEnd('format', entry)\n"
  },
  {
    name: 'voices: an entry of a later format is read as if its voice were known',
    file: 'crdt/admission/validate-entry.ts',
    from: "  if (voices !== undefined && entry.format > entryFormat) return rejectWith('unknown-member')\n",
    to: '',
    having: 'update'
  },
  {
    name: 'voices: an entry of a later format ends its feed',
    file: 'crdt/admission/validate-entry.ts',
    from: "entry.format > entryFormat) return rejectWith('unknown-member')\n",
    to: "entry.format > entryFormat) return rejectAndEnd('unknown-member', entry)\n",
    having: 'update'
  },
  {
    name: 'what a hidden feed restated is public after a restart',
    file: 'crdt/admission/visibility.ts',
    from: 'storedFeeds.valuesAfter(author, shown)',
    to: 'storedFeeds.entryValues(author, shown + 1, seq)',
    isPast: true
  },
  {
    name: 'removals that were found when standings were computed again wait for the next start',
    file: 'crdt/admission/sweeper.ts',
    from: '    for (const author of this.#init.unswept.values()) this.sweep(author)\n  }\n\n  async #sweep',
    to: '  }\n\n  async #sweep',
    also: [
      {
        from: '    this.#before = before\n    this.#queue(() => this.#begin())\n',
        to: `    this.#before = before
    this.#queue(() => this.#begin())
    for (const author of this.#init.unswept.values()) this.sweep(author)
`
      },
      {
        from: 'MAX_PAUSE)\n    this.#queue(() => this.#begin())\n',
        to: `MAX_PAUSE)
    this.#queue(() => this.#begin())
    for (const author of this.#init.unswept.values()) this.sweep(author)
`
      }
    ],
    isPast: true,
    having: 'downgrade'
  },
  {
    name: 'a change of a skill is tried again after the node has stopped',
    file: 'src/skills/store/skill-writer.ts',
    from: '    if (this.#isClosed) return\n',
    to: '',
    also: { from: 'this.#needsSync || this.#isClosed', to: 'this.#needsSync' },
    isPast: true,
    having: 'use-skill'
  },
  {
    name: 'of votes that are changed together only the first is signed',
    file: 'crdt/publishing/revisions.ts',
    from: '    const { count, entry } = await this.signNext(author, votes)\n',
    to: '    const { entry } = await this.signNext(author, votes.slice(0, 1))\n    const count = votes.length\n',
    having: 'revote-all'
  },
  {
    name: 'a held vote is forgotten before its entry is signed',
    file: 'crdt/publishing/publisher.ts',
    from: '        const author = await this.#current.get()\n        const before = await this.#signer.latestOf(author, vote.digest)\n',
    to: `        const author = await this.#current.get()
        const before = await this.#signer.latestOf(author, vote.digest)
        await this.#changes.dropHeld(vote)
`,
    isPast: true
  },
  {
    name: 'a record of hidden entries that are gone is shown after a restart',
    file: 'crdt/publishing/hidden-records.ts',
    from: '    return left.length === 0 ? this.hold([digest]) : []\n',
    to: '    return []\n',
    isPast: true,
    rare: 8301222
  },
  {
    name: 'a hidden feed that was compacted does not begin at its copies',
    file: 'crdt/admission/hidden-returns.ts',
    from: ' ?? (await this.#begin(author))',
    to: '',
    isPast: true,
    rare: 8200290
  },
  {
    name: 'an insight that was released before its text came is not delivered',
    file: 'src/sharing/subscriptions.ts',
    from: '!this.#unread.has(name)',
    to: 'true',
    isPast: true,
    rare: 8401013
  },
  {
    name: 'what a removal releases is not delivered',
    file: 'crdt/admission/sweeper.ts',
    from: '      if (changes !== undefined) observer.standingsChanged(changes)\n',
    to: '',
    rare: 8300602
  },
  {
    name: 'a subscription judges a record by its first change after the last one',
    file: 'src/sharing/subscriptions.ts',
    from: '(this.#rechecks.get(name) ?? recheck)',
    to: 'recheck',
    rare: 8300374
  }
]
