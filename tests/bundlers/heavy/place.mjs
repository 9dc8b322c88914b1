/** Where the packages that are too large for every run are, and the tarball with them. */
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm } from '../../package/install.mjs';
import { app } from '../harness.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
/** Kept from run to run, as installing takes longest. */
export const place = fileURLToPath(new URL('../../../target/bundlers/', import.meta.url));

/** Installs them, unless they are there. */
export async function install() {
  await mkdir(place, { recursive: true });
  const lock = await readFile(join(here, 'package-lock.json'), 'utf8');
  const isFresh = await readFile(join(place, 'package-lock.json'), 'utf8').then((own) => own === lock, () => false);
  for (const file of ['package.json', 'package-lock.json']) await cp(join(here, file), join(place, file));
  if (!isFresh) await npm(['ci', '--no-audit', '--no-fund'], place).catch(async (error) => {
    await rm(join(place, 'package-lock.json'));
    throw error;
  });
  const [own, theirs] = [join(place, 'node_modules/tidegate'), join(app, 'node_modules/tidegate')];
  await rm(own, { recursive: true, force: true });
  await cp(theirs, own, { recursive: true });
}
