/** Our own lint rules: taste and contracts that no ready-made rule knows. Plain JavaScript, because the linter loads it. */

const PURE_BANNED = { Date: ['now'], Math: ['random'], process: ['env'] };
const BANNED_GLOBALS = new Set(['setTimeout', 'setInterval', 'setImmediate', 'fetch']);

/** Time, randomness, environment and network come into pure code as values. */
const noAmbientWorld = {
  meta: { type: 'problem', docs: { description: 'pure libs get time, randomness and the environment as values' } },
  create(context) {
    return {
      MemberExpression(node) {
        if (node.object.type !== 'Identifier' || node.property.type !== 'Identifier') return;
        if (PURE_BANNED[node.object.name]?.includes(node.property.name)) {
          context.report({ node, message: `${node.object.name}.${node.property.name} is not allowed here: take a Clock, a Random or a config value as an argument` });
        }
      },
      NewExpression(node) {
        if (node.callee.type === 'Identifier' && node.callee.name === 'Date' && node.arguments.length === 0) {
          context.report({ node, message: 'new Date() reads the clock: take an Instant as an argument' });
        }
      },
      CallExpression(node) {
        if (node.callee.type === 'Identifier' && BANNED_GLOBALS.has(node.callee.name)) {
          context.report({ node, message: `${node.callee.name}() is not allowed here: timers and network belong to the edges` });
        }
      },
    };
  },
};

const DRAWERS = /\/(utils?|helpers?|common|misc|types|constants)\.(ts|tsx|mjs)$/;

/** A file is named by what is in it. */
const noDrawers = {
  meta: { type: 'suggestion', docs: { description: 'files are named by what is in them' } },
  create(context) {
    return {
      Program(node) {
        if (DRAWERS.test(context.filename)) context.report({ node, message: 'name the file by what is in it: utils, helpers, common, misc, types and constants say nothing' });
      },
    };
  },
};

/** A skip without a printed reason hides a hole; `only` hides all the rest. */
const noSilentSkip = {
  meta: { type: 'problem', docs: { description: 'tests are skipped with a printed reason, and never singled out' } },
  create(context) {
    return {
      MemberExpression(node) {
        if (node.object.type !== 'Identifier' || !['it', 'test', 'describe'].includes(node.object.name) || node.property.type !== 'Identifier') return;
        if (node.property.name === 'only' || node.property.name === 'skip') {
          context.report({ node, message: `${node.object.name}.${node.property.name} may not be committed: use skipIf with a printed reason, or mend the test` });
        }
      },
    };
  },
};

export default {
  meta: { name: 'fleetmend' },
  rules: { 'no-ambient-world': noAmbientWorld, 'no-drawers': noDrawers, 'no-silent-skip': noSilentSkip },
};
