import { backfillStory } from '../support/backfill-story.ts';
import { removeProjects } from '../support/cli-fakes.ts';
import { describeWith } from '../support/stack.ts';

describeWith(['aws', 'kafka'], 'sluice backfill', (endpoints) => {
  afterAll(removeProjects);
  backfillStory(500, endpoints);
});
