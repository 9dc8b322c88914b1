/**
 * Compiles a mini-program with WeChat's own packer and compiler, offline: `node compile.cjs PROJECT OUT`.
 * PROJECT has its packages in `node_modules`; OUT gets what would be uploaded.
 *
 * The compiler asks WeChat's server for the limits of the account and signs with its key; the limits are given
 * here, and the key is one that was just made. Nothing of this is documented: the version is pinned.
 */
'use strict';
const { generateKeyPairSync } = require('node:crypto');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const AdmZip = require('adm-zip');
const ci = require('miniprogram-ci');

/** MB and counts of an ordinary account. */
const LIMITS = {
  MaxCodeSize: 2, MaxSubpackageSubCodeSize: 2, MaxSubpackageFullCodeSize: 20, NavigateMiniprogramLimit: 10, MaxSubPackageLimit: 100,
  MinTabbarCount: 2, MaxTabbarCount: 5, MaxTabbarIconSize: 40,
};

async function main([projectPath, out]) {
  const zip = `${out}.zip`;
  const privateKeyPath = join(projectPath, 'test-only.key');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs1', format: 'pem' }, publicKeyEncoding: { type: 'pkcs1', format: 'pem' } });
  writeFileSync(privateKeyPath, privateKey);
  const project = new ci.Project({ appid: 'wx0000000000000000', type: 'miniProgram', projectPath, privateKeyPath, ignores: ['node_modules/**/*', '*.key'] });
  const attributes = { platform: false, appType: 0, isSandbox: false, released: true, setting: LIMITS };
  project.attr = async () => attributes;
  project.attrSync = () => attributes;
  const warnings = await ci.packNpm(project, { reporter() {} });
  const setting = { es6: true, es7: true, minify: true, codeProtect: false };
  await ci.getCompiledResult({ project, version: '1.0.0', setting, onProgressUpdate() {} }, zip);
  new AdmZip(zip).extractAllTo(out);
  // Not by itself: the compiler keeps workers.
  process.stdout.write(`${JSON.stringify({ warnings })}\n`, () => process.exit(0));
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error && error.stack}\n`, () => process.exit(1));
});
