/** A folder for the files of one test file, and the command `tidegate` in it. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../pkg/cli.js', import.meta.url));

export async function workshop() {
  const directory = await mkdtemp(join(tmpdir(), 'tidegate-'));
  return {
    path: (name) => join(directory, name),
    /** Writes files, folders included; strings or bytes by name. */
    async write(files) {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(directory, name)), { recursive: true });
        await writeFile(join(directory, name), content);
      }
    },
    read: (name) => readFile(join(directory, name), 'utf8'),
    /** Runs the command in the folder. */
    cli: (...args) => new Promise((resolve) => {
      execFile(process.execPath, [CLI, ...args], { cwd: directory, maxBuffer: 1 << 24 }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }));
    }),
    close: () => rm(directory, { recursive: true }),
  };
}
