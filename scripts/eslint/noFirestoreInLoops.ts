import type { Rule } from 'eslint';
import ts from 'typescript';
import { createRequestFinder, type RequestFinder, type Way } from './requests.ts';

interface Options {
  /** Files whose functions are requests, as patterns of their paths. */
  requests?: string[];
  /** The project's own functions that call another one for each of many items. */
  iterators?: string[];
}

/** The library's methods that call a function for each of many items. */
const ITERATING: ReadonlySet<string> = new Set([
  'every',
  'filter',
  'find',
  'findIndex',
  'findLast',
  'findLastIndex',
  'flatMap',
  'forEach',
  'from',
  'fromAsync',
  'map',
  'reduce',
  'reduceRight',
  'some',
]);

/** A loop: where to report it, and the first way in which one of its turns asks Firestore. */
interface Loop {
  at: ts.Node;
  way?: Way | undefined;
}

/**
 * Reports loops whose turns ask Firestore one by one: `for`, `while` and `do`, and functions that
 * are called for each of many items (`map`, `forEach`, …, and the project's own `iterators`).
 * Once a loop, at its head: nested loops speak for themselves. Needs type information.
 *
 * A loop that has to go one by one (a page after another, a try after another) says why:
 *
 *     // eslint-disable-next-line recado/no-firestore-in-loops -- the next page begins where this ends
 */
const rule: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'no request to Firestore for each turn of a loop' },
    messages: {
      inLoop:
        'Every turn of this loop asks Firestore ({{way}}). Ask once for all, with the batch helpers (functions/src/batch); or, if one has to wait for another, say why in the comment that allows it.',
      noReason: 'Say why this loop may ask Firestore one by one: "… -- the reason".',
    },
    schema: [
      {
        type: 'object',
        properties: {
          requests: { type: 'array', items: { type: 'string' } },
          iterators: { type: 'array', items: { type: 'string' } },
        },
        additionalProperties: false,
      },
    ],
  },
  create(context) {
    const { requests = [], iterators = [] } = (context.options[0] ?? {}) as Options;
    const { sourceCode } = context;
    const { program, esTreeNodeToTSNodeMap } = sourceCode.parserServices as {
      program?: ts.Program;
      esTreeNodeToTSNodeMap: { get(node: unknown): ts.SourceFile };
    };
    if (!program) throw new Error(`${context.id} needs type information (projectService).`);
    return {
      Program(node) {
        const file = esTreeNodeToTSNodeMap.get(node);
        const loops = loopsOf(file, program, finderOf(program, requests), new Set(iterators));
        for (const { at, way } of loops) {
          if (!way) continue;
          const loc = { start: place(file, at.getStart(file)), end: place(file, at.end) };
          context.report({ loc, messageId: 'inLoop', data: { way: way.join(' → ') } });
        }
        for (const { value, loc } of sourceCode.getAllComments()) {
          const isOurs = /^\s*eslint-disable\b/.test(value) && value.includes(context.id);
          if (isOurs && loc && !/\s--\s+\S/.test(value)) {
            context.report({ loc, messageId: 'noReason' });
          }
        }
      },
    };
  },
};
export default rule;

/** The functions that were looked into are the same for all files of a program. */
const finders = new WeakMap<ts.Program, Map<string, RequestFinder>>();

function finderOf(program: ts.Program, requests: readonly string[]): RequestFinder {
  const ofProgram = finders.get(program) ?? new Map<string, RequestFinder>();
  finders.set(program, ofProgram);
  const key = requests.join(' ');
  const patterns = requests.map((pattern) => new RegExp(pattern));
  const finder = ofProgram.get(key) ?? createRequestFinder(program, patterns);
  ofProgram.set(key, finder);
  return finder;
}

function loopsOf(
  file: ts.SourceFile,
  program: ts.Program,
  finder: RequestFinder,
  iterators: ReadonlySet<string>,
): Loop[] {
  const loops: Loop[] = [];

  const visit = (node: ts.Node, loop: Loop | undefined): void => {
    const repeated = repeatedParts(node);
    if (repeated) {
      const inner: Loop = { at: node.getFirstToken(file) ?? node };
      loops.push(inner);
      ts.forEachChild(node, (child) => visit(child, repeated.includes(child) ? inner : loop));
      return;
    }
    if (!ts.isCallExpression(node)) {
      ts.forEachChild(node, (child) => visit(child, loop));
      return;
    }
    const iterating = iteratingName(node);
    if (iterating) {
      const inner: Loop = { at: iterating };
      loops.push(inner);
      visit(node.expression, loop);
      for (const argument of node.arguments) {
        const isFunction = ts.isArrowFunction(argument) || ts.isFunctionExpression(argument);
        visit(argument, isFunction ? inner : loop);
        if (!isFunction) inner.way ??= finder.wayOfValue(argument);
      }
      return;
    }
    if (loop && !loop.way) loop.way = finder.wayOfCall(node);
    ts.forEachChild(node, (child) => visit(child, loop));
  };

  /** The name in a call that hands a function over for each of many items. */
  const iteratingName = (call: ts.CallExpression): ts.Node | undefined => {
    const callee = call.expression;
    if (ts.isIdentifier(callee)) return iterators.has(callee.text) ? callee : undefined;
    if (!ts.isPropertyAccessExpression(callee) || !ITERATING.has(callee.name.text)) {
      return undefined;
    }
    const declaration = program.getTypeChecker().getResolvedSignature(call)?.declaration;
    const isLibrary =
      declaration && program.isSourceFileDefaultLibrary(declaration.getSourceFile());
    return isLibrary ? callee.name : undefined;
  };

  visit(file, undefined);
  return loops;
}

/** What a loop does again at every turn; `undefined`: it is none. */
function repeatedParts(node: ts.Node): (ts.Node | undefined)[] | undefined {
  if (ts.isForStatement(node)) return [node.condition, node.incrementor, node.statement];
  if (ts.isForOfStatement(node) || ts.isForInStatement(node)) return [node.statement];
  if (ts.isWhileStatement(node) || ts.isDoStatement(node)) return [node.expression, node.statement];
  return undefined;
}

function place(file: ts.SourceFile, position: number): { line: number; column: number } {
  const { line, character } = file.getLineAndCharacterOfPosition(position);
  return { line: line + 1, column: character };
}
