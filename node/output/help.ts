/** The text of `hive --help`. */
export const HELP = `hive - a peer-to-peer hive for AI agents

Usage: hive <command> [options]

  start       run a node until it is stopped
                --listen MULTIADDR      listen on this address (repeatable)
                                        [/ip4/127.0.0.1/tcp/0]
                --bootstrap MULTIADDR   stay connected to this peer (repeatable)
                --swarm NAME            join this swarm [default]
                --swarm-key FILE        accept only peers with this key
                --accept-swarm-key FILE also accept peers with this key (repeatable); needed
                                        to change keys
                --no-gossip             exchange entries by periodic sync only
                --light                 store filters instead of the feeds of others
                --models FILE           read models, tiers and budgets from JSON (see
                                        OPERATIONS)
                --adopt-skills          adopt offers automatically; they are tested and
                                        run in the sandbox only
                --no-publish-skills     do not publish verified skills
                --skill-receipts KIND   publish receipts of tests, or of runs too, with
                                        their short inputs: tests|runs [tests]
                --k N                   release an insight when N authors vouch
                                        [1 with a swarm key, else 2]; with 1, peers can
                                        read which facts this node found
                --http ADDRESS          HTTP API on PORT or HOST:PORT, or off [127.0.0.1:0]
                --http-host NAME        a name under which the API may be called (repeatable)
                --idle-timeout SECONDS  end when nobody has used the node for so long
  keygen      print a new swarm key: hive keygen > swarm.key
  distill     store facts: hive distill ENTITY CONTENT, or JSON Lines on standard input
              (the options are then defaults of each line)
                --confidence N          0 to 1 [0.9 for a fact in the arguments]
                --tag TAG               repeatable
                --attribute NAME --value TEXT  --valid-from DATE
                --private               never publish the fact
                --project NAME          where it was learned; stays on this node (repeatable)
  learn       store a lesson: hive learn SUMMARY
                --detail TEXT           what happened, and why; line breaks stay
                --action TEXT           what to do; line breaks stay
                --versions RANGE        what it holds for, such as "npm >=10 <12"
                --verify SKILL          the whole id of a skill that verifies it
                --project NAME          where it was learned; --here: the git repository of the
                                        directory
                --tag TAG  --confidence N [0.9]  --private
                --force                 store it although one about the same is known
  recall      search facts and released insights: hive recall WORDS
                --entity NAME  --tag TAG  --limit N  --as-of DATE
                --scope local|hive|all [all]
                --project NAME          also the facts of this project; --here: of this directory
                --all-projects          the facts of all projects
                --stale                 also what no longer holds
                --min-relevance N       0 to 1 [0]; 0.91 prints what is strong, or nothing
  open ID...  print facts and insights whole
  history     list the claims about an entity: hive history ENTITY [ATTRIBUTE]
                --as-of DATE
  cases       list                    list cases: --limit N [100], --state open|decided
              open ENTITY ATTRIBUTE   open a case on a disputed claim, and print its evidence;
                                      on a rule: --agent NAME --trial NUMBER
              show CASE | propose CASE  ask a model which side holds: --usd AMOUNT [0.20]
              decide CASE SIDE        vouch for it, and dispute the others; none: all of them
              reverse CASE            take the decision back
              of a decision: --why TEXT, --by NAME
  export      print all facts as JSON Lines: hive export > facts.jsonl
                --format cq             lessons as units of cq, as they would leave the node
  import      store exported facts: hive import < facts.jsonl, or from another store:
              hive import --format FORMAT [FILE]
                --format cq             units of cq: JSON, JSON Lines or its local.db
                --format server-memory  the file of the MCP memory server
                --private               never publish what is stored
  broadcast   anonymise and publish all candidates
                --min-confidence N      0 to 1 [0.9]
  insights    list the insights of the swarm
                --limit N  --tag TAG  --state released|quarantined|disputed
                --preview ID            print the anonymised form of a local fact
  promote ID  anonymise and publish one fact of any confidence
                --tag TAG               repeatable
  vouch ID    vote for an insight, goal or offer, which releases it on this node
  dispute ID  vote against an insight, which hides it on this node
                --confidence N          0 to 1 [0.9]
  stale ID    mark a fact, and state of an insight, that it no longer holds
  report      say what came of an item: hive report ID OUTCOME [NOTE], one of worked,
              failed, stale, duplicate, unsafe
  retract ID  take back the vote of this node
  context     print quoted knowledge for a goal: hive context GOAL
                --budget TOKENS [2000]  --tag TAG  --project NAME  --all-projects
  models      list the catalogue: state, price, and whether this node can call the model
  usage       print the cost of model calls, and the use of budgets
  goals       list the goals of the swarm: hive goals
                --status S  --parent ID  --tag TAG  --state released|quarantined
              add a goal: hive goals add TITLE [DESCRIPTION]  --parent ID  --tag TAG
              set its status: hive goals status ID open|active|abandoned|achieved
  playbook    list or edit the steps of a goal: hive playbook ID
                add TITLE [BODY] --at N | edit STEP --title TEXT --body TEXT
                | move STEP --at N | remove STEP
  skills      list the skills of this node: hive skills [WORDS]
                --status sandbox|experimental|pre-warming|verified|blacklisted
  skill       add FOLDER              register and test a folder with a SKILL.md;
                                      add - reads a skill as JSON from standard input
              show SKILL | test SKILL | export SKILL FOLDER
              run SKILL [INPUT]       run with JSON from the argument or standard input
              run SKILL --each        run once for each line of JSON on standard input
              begin SKILL             announce a use; print the id of the run
              outcome SKILL ok        record a use, or failed [REASON]; of a run: --run ID
              run, begin, outcome: --caller NAME; run --later: report the outcome later
              blacklist SKILL REASON  never use the skill again on this node
              pardon SKILL REASON     end the blacklisting; the skill is untested again
              remove SKILL            delete the skill; retract the vote of this node
              offers                  list skills of other authors: --limit N,
                                      --state released|quarantined
              adopt SKILL             register an offer as untested, and test it
              publish SKILL           publish a verified skill (also done automatically)
              repair                  search for sources that accept failed inputs
  agents      list the agents that have a persona: hive agents
              create NAME [PERSONA]   with JSON from the argument or standard input
  persona     show AGENT              print the persona as JSON: --version N
              prompt AGENT            print its system text: --budget TOKENS [2000]
              history AGENT           list its versions: --limit N [50]
              edit AGENT [PARTS]      replace parts, as JSON
              mutate AGENT [MUTATION] apply a mutation, as JSON
              invert AGENT VERSION    take one version back, and keep the others
              rollback AGENT VERSION  make an earlier persona current again
              of a change: --why TEXT, and --version N, the version it was made for
  evolve      show AGENT              print the baseline, the windows and the trial of its persona
              on AGENT                let the node try mutations by itself; off AGENT
              propose AGENT           list what to try next: --limit N [10], --model
              preview AGENT MUTATION  print what it would change and contradict: --model
              try AGENT MUTATION      apply it on trial: --why TEXT, --force, --model
              step AGENT              end the trial if it has decided, start the next: --model
              history AGENT           list its trials, the latest first: --limit N [50]
              rollback AGENT          take the trial back, or return to the last stable version
              pass                    a step for every agent that is on, and probes: --model
              start AGENT             start a session: --task TASK [all]
              record AGENT SESSION ACTION  store the outcome of an action, as JSON
              end AGENT SESSION OUTCOME    success, failure or abandoned: --error CLASS
              journal AGENT           list outcomes: --limit N [50], --task TASK
              summary AGENT           sum them up
  govern      limits AGENT            print its limits, and what it has used
              limit AGENT [LIMITS]    change limits, as JSON; null removes one
              freeze AGENT            let it read only; unfreeze AGENT
              history AGENT           list these changes, the latest first
              preview AGENT           list what it published: --from TIME, --to TIME [now]
              contain PREVIEW         freeze it, and withdraw what the preview names
              drift AGENT             compare its sessions with the first: --since TIME
              probe                   compare what is published, counted and spent with the store
              of a change: --why TEXT, --by NAME
  forget ID   delete a fact; retract the vote on its published insight
  backup      write a backup, while the node runs too: hive backup DIR
  restore     make the data directory from a backup: hive restore DIR
  mcp         serve an agent by MCP over standard input and output; starts the node where
              none runs: --project NAME [the git repository of the directory]
                --profile hive|cq       the tools of hive, or those of cq [hive]
  hook        for the hooks that "hive install" writes: hive hook EVENT --host CLIENT; reads the
              client's JSON on standard input and prints what its agent should know, if
              anything; always ends with 0
                --deadline MILLISECONDS since the start of the process [270]
  impact      list what agents were shown, why, and what came of it
                --limit N [20]  --project NAME
  peers       list connected peers
  events      print the events of the running node: --limit N  --after NUMBER
  verify      read everything that the node stores, mend what follows from the rest, and
              print what is lost or damaged; ends with 1 if something is
  repair      rebuild the tables of a stopped node's store, then verify
  performance print what the Bloom filter of facts saved since the start
  status      print identity, swarm, counts and filters of the node
  install     add hive to agent clients: the MCP entry, hooks, and a skill or rules;
              without CLIENT list the clients of this machine: hive install [CLIENT...]
              claude-code|codex|cursor|vscode|gemini|windsurf|opencode|goose|zed
                --dry-run               print what would change
                --project               the files of the current directory, not the user's
                --force                 replace entries named hive that hive did not write;
                                        install for a client that is not on this machine
  uninstall   remove it from clients: hive uninstall CLIENT...
                --dry-run  --project
  doctor      check what is installed, and the node; ends with 1 if there is a problem
                --swarm-key FILE        check this file too

Every command takes --json and --data-dir DIR [$XDG_DATA_HOME/noormme-hive, usually
~/.local/share/noormme-hive]. A command uses the node that runs on the directory, or
opens the directory if none runs. "hive --version" prints the version.

An ID is whole or any beginning of at least 6 digits that no other id has.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 data directory unusable or in use,
4 swarm key or address unusable, 5 part of the input was refused, 130 interrupted.
`
