import { AppError } from './errors';

/** The answer to input that is not as the schema says. */
export function invalid(issues: { path: PropertyKey[]; message: string }[]): AppError {
  const [first] = issues;
  const field = first?.path.map(String).join('.') ?? '';
  return new AppError('invalid-argument', `${field ? `"${field}": ` : ''}${first?.message}`, {
    details: {
      reason: 'invalid-input',
      field,
      issues: issues.slice(0, 10).map(({ path, message }) => ({ field: path.join('.'), message })),
    },
  });
}
