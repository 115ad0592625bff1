import { ConnectorError } from '../../../core/errors';
import { cleanText } from '../../../core/text';
import type { ApprovalSource, WaitingRun } from '../../contract';
import { isOffered } from '../../pipelines/offered';
import { ifFound } from '../client';
import type { BuildPlace, JenkinsClient } from '../client';
import type { PendingInput } from '../schema';
import type { RunFollowing } from './following';
import { readBuildAddress, writeJobName, writeRunName } from './names';
import type { BoundPipeline } from './names';
import { answersOf, formParametersOf } from './parameters';
import { approvalOf, startedBy } from './reading';

/** The input steps that runs of bound and offered pipelines wait for. */

interface ApprovalParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: JenkinsClient;
  readonly following: RunFollowing;
  readonly offered: readonly string[];
  readonly bound: () => readonly BoundPipeline[];
}

const maxOpen = 200;
const maxComment = 1_000;

export function createJenkinsApprovals({ name, client, following, offered, bound }: ApprovalParts): ApprovalSource {
  const isOurs = (pipeline: string): boolean =>
    isOffered(offered, pipeline) || bound().some((each) => each.pipeline === pipeline);

  async function waitingRun(place: BuildPlace): Promise<WaitingRun[]> {
    const inputs = await following.inputsOf(place);
    const build = inputs.length > 0 ? await ifFound(client.build(place)) : undefined;
    if (!build || build.queueId < 0) return [];
    const pipeline = writeJobName(place.job);
    const id = writeRunName({ queueId: build.queueId, job: place.job });
    following.learn(id, build, inputs);
    const own = bound().filter((each) => each.pipeline === pipeline);
    const target = own.length === 1 ? own[0]?.target : undefined;
    const url = following.pageOf(place);
    const by = startedBy(build);
    const approvals = inputs.map((input) => {
      const asks = formParametersOf(input.inputs);
      return { ...approvalOf(input, url), ...(target && { target }), ...(asks.length > 0 && { asks }) };
    });
    return [
      {
        ...{ id, pipeline, approvals, startedAt: build.timestamp },
        title: cleanText(`${place.job} ${build.displayName}`, 120),
        ...(by !== undefined && { startedBy: { name: cleanText(by, 80) } }),
        ...(url !== undefined && { url }),
      },
    ];
  }

  async function find(id: string, approval: string) {
    const place = await following.place(id);
    const input = place && (await following.inputsOf(place)).find((each) => each.id === approval);
    return place && input && { place, input };
  }

  function valuesFor(input: PendingInput, { answers = {}, comment }: Parameters<ApprovalSource['decide']>[2]) {
    const made = answersOf(input.inputs, answers, cleanText(comment, maxComment));
    if (made.refused !== undefined) throw new ConnectorError(name, 'refused', made.refused);
    return made.values;
  }

  /** The description of the build is the only place for a comment. That it’s missing changes nothing about the decision. */
  async function keepComment(place: BuildPlace, comment: string): Promise<void> {
    try {
      const { description } = await client.build(place);
      await client.describe(
        place,
        [description, cleanText(comment, maxComment)].filter((each) => each !== '').join('\n'),
      );
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
    }
  }

  return {
    async waiting() {
      const open = (await client.openPipelines()).flatMap((url) => readBuildAddress(url) ?? []);
      const ours = open.filter(({ job }) => isOurs(writeJobName(job)));
      if (ours.length > maxOpen)
        throw new ConnectorError(name, 'invalid answer', `more than ${maxOpen} pipelines are under way`);
      return (await Promise.all(ours.map(waitingRun))).flat();
    },

    async decide(run, approval, decision) {
      const found = await find(run, approval);
      if (!found) return 'already decided';
      const { place, input } = found;
      const { whyNot } = approvalOf(input, undefined);
      if (whyNot !== undefined && decision.approves) throw new ConnectorError(name, 'refused', whyNot);
      const values = decision.approves ? valuesFor(input, decision) : {};
      try {
        await (decision.approves ? client.proceed(place, approval, values) : client.abortInput(place, approval));
      } catch (error) {
        // Somebody was faster.
        if (error instanceof ConnectorError && error.isFinal && !(await find(run, approval))) return 'already decided';
        throw error;
      }
      // Jenkins can refuse with a page that looks like a good answer.
      if (await find(run, approval))
        throw new ConnectorError(name, 'refused', 'it still waits: Gavel’s account isn’t allowed to decide this step');
      await keepComment(place, decision.comment);
      return 'decided';
    },
  };
}
