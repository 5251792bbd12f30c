import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { newBadRequest, newInternalError, newInvalid } from '../../apimachinery/errors/constructors.ts';
import { invalid } from '../../apimachinery/validation/field-error.ts';
import { getAtPath, type JSONPath, newPathError, parseJSONPath, setAtPath } from './json-path.ts';
import { type Scale, scaleKind } from './scale-kind.ts';
import type { VerbSubresource } from './subresource.ts';
import { newViewSubresource } from './view.ts';

/** Where an object keeps its scale, as a custom resource definition says it: `.spec.replicas`. */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  /** A text in the syntax of label selectors. */
  readonly labelSelectorPath?: string;
}

/** Stands for a number that the object does not have, while a patch is applied. Source: apiextensions `customresource/etcd.go`. */
const noReplicas = -(2 ** 31);

/**
 * The `scale` subresource of a kind: `kubectl scale` and autoscalers read and write it without knowing the kind. Throws a `TypeError`
 * for a path that is none.
 */
export function newScaleSubresource<T extends KubernetesObject>(paths: ScalePaths): VerbSubresource<T> {
  const specReplicas = parseJSONPath(paths.specReplicasPath);
  const statusReplicas = parseJSONPath(paths.statusReplicasPath);
  const selector = paths.labelSelectorPath === undefined ? undefined : parseJSONPath(paths.labelSelectorPath);
  const read = (object: T, replicas: number): Scale =>
    toScale(object, {
      replicas,
      status: {
        replicas: getInteger(object, statusReplicas) ?? 0,
        ...(selector === undefined ? {} : toSelector(object, selector)),
      },
    });
  return newViewSubresource<T, Scale>({
    name: 'scale',
    kind: scaleKind,
    read(object) {
      const replicas = getInteger(object, specReplicas);
      if (replicas !== undefined) return read(object, replicas);
      throw newInternalError(`the spec replicas field ${JSON.stringify(specReplicas.text)} does not exist`);
    },
    readForUpdate: (object) => read(object, getInteger(object, specReplicas) ?? noReplicas),
    write(draft, wanted) {
      const { replicas = 0 } = wanted.spec ?? {};
      checkReplicas(replicas, wanted, specReplicas);
      setAtPath(draft, specReplicas, replicas);
    },
  });
}

function checkReplicas(replicas: number, { metadata }: Scale, { text }: JSONPath): void {
  if (replicas === noReplicas) throw newBadRequest(`the spec replicas field ${JSON.stringify(text)} cannot be empty`);
  if (replicas >= 0) return;
  throw newInvalid(scaleKind, metadata.name ?? '', [
    invalid('spec.replicas', replicas, 'must be greater than or equal to 0'),
  ]);
}

function toScale(
  { metadata }: KubernetesObject,
  { replicas, status }: { replicas: number; status: NonNullable<Scale['status']> },
): Scale {
  const { name = '', namespace, uid = '', resourceVersion = '', creationTimestamp = null } = metadata;
  return {
    kind: scaleKind.kind,
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    // Go leaves a zero out, and clients in Go send it so.
    spec: replicas === 0 ? {} : { replicas },
    status,
  };
}

function toSelector(object: KubernetesObject, path: JSONPath): { selector?: string } {
  const selector = getAtPath(object, path) ?? '';
  if (typeof selector !== 'string') throw newPathError(path, selector, 'string');
  return selector === '' ? {} : { selector };
}

function getInteger(object: KubernetesObject, path: JSONPath): number | undefined {
  const value = getAtPath(object, path);
  if (value === undefined || Number.isInteger(value)) return value as number | undefined;
  throw newPathError(path, value, 'int64');
}
