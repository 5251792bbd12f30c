/** One failed test point, with the names of the tests around it. */
export interface Failure {
  /** Names from the outermost test to the point itself. */
  readonly path: readonly string[];
  /** The YAML block below the point, unindented. */
  readonly detail: readonly string[];
}

/** What one test file did. */
export interface FileReport {
  readonly file: string;
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly seconds: number;
  /** Lines that the file printed and that are not TAP. */
  readonly output: readonly string[];
}

interface OpenTest {
  readonly name: string;
  readonly indent: number;
  failedBelow: number;
}

const POINT = /^( *)(not )?ok \d+(?: - (.*?))?(?: # (SKIP|TODO|time=([\d.]+)(ms|s)).*?)?( \{)?$/i;
const SUBTEST = /^( *)# Subtest(?:: (.*))?$/;
const NOISE = /^( *)(1\.\.\d+.*|# .*|TAP version \d+|\}|)$/;

/**
 * Reads the TAP that `tap --reporter=tap` writes and counts the assertions at its leaves, file by file.
 *
 * A test that failed although nothing inside it did (a timeout, a crash, a wrong plan) counts as one failure, and so does a
 * file that ran nothing: a suite that tests nothing must not look green. A file that skips its tests says why, and is let be.
 */
export class TapReport {
  readonly #onFile: (report: FileReport) => void;
  #open: OpenTest[] = [];
  #passed = 0;
  /** Points that were skipped with a reason. */
  #skipped = 0;
  #failures: { path: string[]; detail: string[] }[] = [];
  #output: string[] = [];
  #detail: { lines: string[]; indent: number } | undefined;
  #justFailed: string[] | undefined;
  /** A finished file waits for the next line, because the detail of its own failure follows its last one. */
  #finished: FileReport | undefined;

  constructor(onFile: (report: FileReport) => void) {
    this.#onFile = onFile;
  }

  /** Takes one line, without its line break. */
  line(text: string): void {
    if (this.#insideDetail(text)) return;
    this.end();
    const subtest = SUBTEST.exec(text);
    if (subtest !== null) {
      this.#open.push({ name: subtest[2] ?? '(unnamed)', indent: subtest[1]?.length ?? 0, failedBelow: 0 });
      return;
    }
    const point = POINT.exec(text);
    if (point !== null) {
      this.#point(point);
      return;
    }
    if (!NOISE.test(text)) this.#output.push(text.trimStart());
  }

  /** Reports the last file. */
  end(): void {
    if (this.#finished !== undefined) this.#onFile(this.#finished);
    this.#finished = undefined;
  }

  #insideDetail(text: string): boolean {
    const trimmed = text.trim();
    if (this.#detail !== undefined) {
      if (trimmed === '...') this.#detail = undefined;
      else this.#detail.lines.push(text.slice(this.#detail.indent));
      return true;
    }
    if (trimmed !== '---') return false;
    this.#detail = { lines: this.#justFailed ?? [], indent: text.indexOf('---') };
    return true;
  }

  #point(match: RegExpExecArray): void {
    const indent = match[1]?.length ?? 0;
    const failed = match[2] !== undefined;
    const directive = match[4]?.toUpperCase();
    const closing = this.#close(indent);
    this.#justFailed = undefined;
    if (directive === 'SKIP' && indent > 0) this.#skipped += 1;
    if (closing === undefined && !failed && directive !== 'SKIP' && directive !== 'TODO') this.#passed += 1;
    if (failed && directive !== 'TODO' && (closing === undefined || closing.failedBelow === 0)) {
      const path = this.#open.slice(1).map((test) => test.name);
      this.#fail(path, match[3] ?? '(unnamed)');
    }
    if (indent === 0) this.#endFile(match, failed, directive === 'SKIP');
  }

  /** The subtest that a point at this indent ends, if it ends one. */
  #close(indent: number): OpenTest | undefined {
    let closed: OpenTest | undefined;
    while ((this.#open.at(-1)?.indent ?? -1) >= indent) closed = this.#open.pop();
    return closed;
  }

  #fail(path: readonly string[], name: string): void {
    const detail: string[] = [];
    this.#failures.push({ path: [...path, name], detail });
    for (const test of this.#open) test.failedBelow += 1;
    this.#justFailed = detail;
  }

  #endFile(match: RegExpExecArray, failed: boolean, skipped: boolean): void {
    const file = match[3] ?? '(unnamed)';
    if (!failed && (skipped || this.#passed + this.#skipped === 0) && this.#failures.length === 0) {
      this.#fail([], skipped ? 'ran no test' : 'holds no assertion');
    }
    const seconds = Number(match[5] ?? 0) / (match[6] === 's' ? 1 : 1000);
    this.#finished = { file, passed: this.#passed, failures: this.#failures, seconds, output: this.#output };
    this.#open = [];
    this.#passed = 0;
    this.#skipped = 0;
    this.#failures = [];
    this.#output = [];
  }
}
