import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { randomSuffix } from '../../apimachinery/names/generate-name.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import type { StructuralValidator } from '../../apimachinery/validation/structural.ts';
import { newConvertingStorage } from '../registry/converting-storage.ts';
import type { DeletionStrategy } from '../registry/deletion-strategy.ts';
import { newOwnership } from '../registry/ownership.ts';
import { Store } from '../registry/store.ts';
import { type FindVersion, newFieldConversion, newVersionConversion } from '../registry/version-conversion.ts';
import type { APIServerOptions } from './api-server.ts';

/** What a store shares with the others of its server. */
export interface StoreSurroundings<T extends KubernetesObject> {
  readonly options: APIServerOptions;
  readonly validator: StructuralValidator;
  readonly findVersion: FindVersion;
  readonly deletion: DeletionStrategy<T> | undefined;
}

/** Makes the store of a kind that a server serves. */
export function newStore<T extends KubernetesObject>(
  kind: KindDefinition<T>,
  { options, validator, findVersion, deletion }: StoreSurroundings<T>,
): Store<T> {
  const { storage, admission, clock, newID, randomInt, garbageCollection } = options;
  const definition = kind as unknown as KindDefinition;
  const now = (): number => clock.now();
  return new Store<T>({
    kind,
    storage: newConvertingStorage(storage, newVersionConversion(definition, findVersion)),
    admission,
    ownership: newOwnership({ kind: definition, now, convert: newFieldConversion(findVersion) }),
    validator,
    now,
    newUID: newID,
    newNameSuffix: () => randomSuffix(randomInt),
    deletion,
    garbageCollection,
  });
}
