'use strict';
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

/** What the preload has to know of what the release was built with; the file is the one that the handoff reads. */
function readSettings() {
  const text = readFileSync(join(__dirname, '../settings'), 'utf8');
  const value = (name) => new RegExp(`^${name}='(.*)'$`, 'm').exec(text)?.[1];
  return {
    /** All instances take connections from the same queue, so who shall get none must not accept. */
    sharedQueue: value('HANDOFF') === 'socket',
    /** From SIGTERM to SIGKILL. */
    stopMs: Number(value('STOP_MS')),
  };
}

module.exports = { readSettings };
