/** The text of `hive --help`. */
export const HELP = `hive - a peer-to-peer hive for AI agents

Usage: hive <command> [options]

  start       run a node until it is stopped
                --listen MULTIADDR      where to listen (repeatable; default /ip4/127.0.0.1/tcp/0)
                --bootstrap MULTIADDR   a peer to begin with (repeatable)
                --swarm NAME            the swarm to join (default "default")
                --swarm-key FILE        only peers with this key may connect
                --accept-swarm-key FILE and those with this one (repeatable; to change keys)
                --no-gossip             learn by periodic sync alone
                --light                 hold filters of the swarm, not its records
                --models FILE           models, tiers and budgets as JSON (see OPERATIONS)
                --adopt-skills          take in what the swarm offers of skills; they are
                                        tested and run in the sandbox only
                --no-publish-skills     keep verified skills on this node
                --skill-receipts runs   tell the swarm short inputs that skills were used on
                --k N                   authors that must vouch before an insight is
                                        released (default 1 with a key, else 2); with 1,
                                        peers are told which facts this node found
  keygen      print a new swarm key: hive keygen > swarm.key
  distill     store facts: hive distill ENTITY CONTENT, or JSON Lines on standard input
                --confidence N          0 to 1 (default 0.9)
                --tag TAG               repeatable
                --attribute NAME --value TEXT  --valid-from DATE
                --private               never share it
  recall      what this node and the hive know: hive recall WORDS
                --entity NAME  --tag TAG  --limit N  --as-of DATE
                --scope local|hive|all (default all)
  history     what was claimed of an entity: hive history ENTITY [ATTRIBUTE]
                --as-of DATE
  export      all facts as JSON Lines;  import: take them in again from standard input
  broadcast   anonymise and publish what is good enough
                --min-confidence N      0 to 1 (default 0.9)
  insights    list what the swarm has published
                --limit N  --tag TAG  --state released|quarantined|disputed
                --preview ID            what of a local fact would leave this node
  promote ID  anonymise and publish one fact, whatever its confidence
                --tag TAG               repeatable
  vouch ID    say that an insight was verified here, which releases it here
  dispute ID  say that it is wrong;  retract ID: take back what this node said of it
                --confidence N          0 to 1 (default 0.9)
  context     what an agent should see for a goal, quoted: hive context GOAL
                --budget TOKENS (default 2000)  --tag TAG
  models      the catalogue of models: state, price, and which can be called from here
  usage       what calls of models cost, and what budgets have left
  goals       list the goals of the swarm: hive goals
                --status S  --parent ID  --tag TAG
              add one: hive goals add TITLE [DESCRIPTION]  --parent ID  --tag TAG
              say how far one is: hive goals status ID open|active|abandoned|achieved
  playbook    the steps towards a goal: hive playbook ID
                add TITLE [BODY] --at N | edit STEP --title TEXT --body TEXT
                | move STEP --at N | remove STEP
  skills      list the skills of this node: hive skills [WORDS]
                --status sandbox|experimental|pre-warming|verified|blacklisted
  skill       add FOLDER              take in a folder with a SKILL.md, or a skill as
                                      JSON from standard input (add -), and test it
              show SKILL | test SKILL | export SKILL FOLDER
              run SKILL [INPUT]       INPUT is JSON, or read from standard input
              run SKILL --each        once for each line of JSON on standard input
              blacklist SKILL REASON  never use it again on this node
              pardon SKILL REASON     take that back: it is untested again
              remove SKILL            forget it; take back the vote on what was published
              offers                  what the swarm has published: --limit N
              adopt SKILL             take an offer in as untested, and test it
              publish SKILL           share a verified one (done by itself, too)
              repair                  make skills that take what others failed at
  forget ID   remove a fact; take back the vote on what was published of it
  peers       list connected peers
  status      show what this node is and has

Every command takes --data-dir DIR (default $XDG_DATA_HOME/noormme-hive, that is
~/.local/share/noormme-hive) and --json. Commands talk to the node that runs on the
directory, or open the directory when none does. "hive --version" prints the version.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 data directory unusable or in use,
4 swarm key or address unusable, 5 part of the input was refused, 130 interrupted.
`
