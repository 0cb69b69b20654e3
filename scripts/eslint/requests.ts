import ts from 'typescript';

/** What a call runs: a function with a body, or a declaration that stands for one. */
type Callee = ts.SignatureDeclaration | ts.JSDocSignature;

/** The names by which a call comes to Firestore, the last one being the request. */
export type Way = string[];

export interface RequestFinder {
  /** How a call asks Firestore; `undefined`: it does not, as far as can be seen. */
  wayOfCall(call: ts.CallExpression): Way | undefined;
  /** The same of a function that is handed over by its name. */
  wayOfValue(value: ts.Expression): Way | undefined;
}

const VENDOR = /[\\/]node_modules[\\/]@google-cloud[\\/]firestore[\\/]/;
/** They give no promise, but read all the same. */
const STREAMS: ReadonlySet<string> = new Set(['stream', 'onSnapshot', 'getPartitions']);
/** It gives a promise, but closes the client. */
const CLOSES = 'terminate';

/**
 * Finds the calls that come to Firestore, directly or through the project's own functions: those
 * whose bodies, or the functions written in them, call one that does.
 *
 * A request is what @google-cloud/firestore declares and gives a promise (a BulkWriter only
 * queues), and every function of the files that `requests` names. Not seen are calls of what has
 * no body at the place of its type: a callback from a parameter, a function in an interface.
 */
export function createRequestFinder(
  program: ts.Program,
  requests: readonly RegExp[],
): RequestFinder {
  const checker = program.getTypeChecker();
  const callees = new Map<Callee, ReadonlySet<Callee>>();
  const ways = new Map<Callee, Way | undefined>();

  const isRequest = (callee: Callee): boolean => {
    const file = callee.getSourceFile().fileName;
    if (VENDOR.test(file)) {
      const owner = callee.parent as { name?: ts.Node } | undefined;
      if (owner?.name?.getText() === 'BulkWriter') return false;
      const name = nameOf(callee);
      return STREAMS.has(name) || (isPromise(callee) && name !== CLOSES);
    }
    return requests.some((pattern) => pattern.test(file)) && isPromise(callee);
  };

  const isPromise = (callee: Callee): boolean => {
    const signature = checker.getSignatureFromDeclaration(callee as ts.SignatureDeclaration);
    return signature?.getReturnType().getProperty('then') !== undefined;
  };

  const calledBy = (call: ts.CallExpression): Callee | undefined =>
    checker.getResolvedSignature(call)?.declaration;

  const valueOf = (value: ts.Expression): Callee | undefined => {
    if (!ts.isIdentifier(value) && !ts.isPropertyAccessExpression(value)) return undefined;
    return checker.getTypeAtLocation(value).getCallSignatures()[0]?.declaration;
  };

  /** What a function calls, and what it hands over to be called. */
  const calleesOf = (fn: Callee): ReadonlySet<Callee> => {
    const known = callees.get(fn);
    if (known) return known;
    const found = new Set<Callee>();
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        for (const callee of [calledBy(node), ...node.arguments.map(valueOf)]) {
          if (callee) found.add(callee);
        }
      }
      ts.forEachChild(node, visit);
    };
    const body = bodyOf(fn);
    if (body) visit(body);
    callees.set(fn, found);
    return found;
  };

  /** The shortest way; breadth first, so that functions may call each other in circles. */
  const wayOf = (start: Callee | undefined): Way | undefined => {
    if (!start) return undefined;
    if (ways.has(start)) return ways.get(start);
    const callers = new Map<Callee, Callee | undefined>([[start, undefined]]);
    for (const [callee] of callers) {
      if (isRequest(callee)) {
        const way: Way = [];
        for (let at: Callee | undefined = callee; at; at = callers.get(at)) way.unshift(nameOf(at));
        ways.set(start, way);
        return way;
      }
      for (const next of calleesOf(callee)) if (!callers.has(next)) callers.set(next, callee);
    }
    // None of them comes to a request, or it would have been found.
    for (const callee of callers.keys()) ways.set(callee, undefined);
    return undefined;
  };

  return {
    wayOfCall: (call) => wayOf(calledBy(call)),
    wayOfValue: (value) => wayOf(valueOf(value)),
  };
}

function bodyOf(fn: Callee): ts.Node | undefined {
  return (fn as { body?: ts.Node }).body;
}

/** What a function is called; an arrow has the name of what it is assigned to. */
function nameOf(fn: Callee): string {
  const { name, parent } = fn as { name?: ts.Node; parent?: { name?: ts.Node } };
  return (name ?? parent?.name)?.getText() ?? 'a function';
}
