import type { VersionInfo } from '../version/version-info.ts';
import type { MetricsRegistry } from './interface.ts';

/** Adds `kubernetes_build_info`: 1, with the version document as labels. */
export function addBuildInfo(registry: MetricsRegistry, version: VersionInfo): void {
  const labels = {
    major: version.major,
    minor: version.minor,
    git_version: version.gitVersion,
    git_commit: version.gitCommit,
    git_tree_state: version.gitTreeState,
    build_date: version.buildDate,
    go_version: version.goVersion,
    compiler: version.compiler,
    platform: version.platform,
  };
  const labelNames = Object.keys(labels) as (keyof typeof labels)[];
  const help = 'What is running, as labels of a constant 1.';
  registry.gauge({ name: 'kubernetes_build_info', help, labelNames }).set(labels, 1);
}
