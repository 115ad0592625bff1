import { lookUp } from '../../../core/keys';
import { cleanText } from '../../../core/text';
import type { PodTemplate } from '../schema';

/** Which release a pod template runs. Pure. */

interface Container {
  readonly name: string;
  readonly image: string;
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/ */
const versionLabel = 'app.kubernetes.io/version';
/** https://github.com/opencontainers/image-spec/blob/main/annotations.md */
const commitAnnotation = 'org.opencontainers.image.revision';
const longestDigest = 19;

/** The container that the binding names, or the first one; undefined if it isn’t there. */
export function pickContainer<C extends Container>(containers: readonly C[], name: string | undefined): C | undefined {
  return name === undefined ? containers[0] : containers.find((each) => each.name === name);
}

/** The tag of the image; without one, or with `latest`, the label of the version, and then the digest. Outside text, one line. */
export function versionOfImage(image: string, labels: Readonly<Record<string, string>>): string {
  const [address = '', digest = ''] = image.split('@');
  const tag = /:([^:/]+)$/.exec(address)?.[1] ?? '';
  if (tag !== '' && tag !== 'latest') return cleanText(tag, 80);
  const label = lookUp(labels, versionLabel) ?? '';
  const found = [label, digest.slice(0, longestDigest), tag].find((each) => each !== '');
  return cleanText(found ?? 'latest', 80);
}

/** The release of a template: its commit is empty unless an annotation or a label says it. Undefined if it doesn’t have the container. */
export function releaseOfTemplate(
  { metadata, spec }: PodTemplate,
  container: string | undefined,
): { readonly version: string; readonly commit: string } | undefined {
  const found = pickContainer(spec.containers, container);
  if (!found) return undefined;
  const commit = lookUp(metadata.annotations, commitAnnotation) ?? lookUp(metadata.labels, commitAnnotation) ?? '';
  return { version: versionOfImage(found.image, metadata.labels), commit: cleanText(commit, 80) };
}
