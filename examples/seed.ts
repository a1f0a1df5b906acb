/** The samples of the document the project was created from, as written. */
import { createHive } from 'noormme-hive'

await using db = await createHive()

// Synchronizes all local verified breakthroughs with the Hive Mind
await db.agent.cortex.hive.broadcastKnowledge();

await db.agent.cortex.knowledge.distill('Event Data', 'High-volume sensor log...', 0.99, {
  enableBloomHeuristic: true
});

const preWarmed = await db.agent.cortex.capabilities.getPreWarmedSkills();
console.log(`Ready for Instant Promotion: ${preWarmed.length} skills`);
