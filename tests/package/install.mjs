/** The tarball, installed in an empty project as strangers would. Needs no network. */
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const windows = process.platform === 'win32';
export const npm = (args, cwd) => run(windows ? 'npm.cmd' : 'npm', args, { cwd, shell: windows });

/** The project, and the files in the tarball. Whoever asked for it removes it. */
export async function installed() {
  const app = await mkdtemp(join(tmpdir(), 'tidegate-app-'));
  // The package's own dependency comes from this repository, so that no network is needed.
  const packed = async (directory) => {
    const { stdout } = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', app], directory);
    const [{ filename, files }] = JSON.parse(stdout);
    return { path: `./${basename(filename)}`, files: files.map(({ path }) => path) };
  };
  const yaml = await packed(join(root, 'node_modules/yaml'));
  const tidegate = await packed(join(root, 'pkg'));
  await writeFile(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
  await npm(['install', '--offline', '--no-audit', '--no-fund', yaml.path, tidegate.path], app);
  return { app, files: tidegate.files };
}
