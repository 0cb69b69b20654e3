import { marketingNeedsOptIn } from '../params';
import { maySend, type ConsentRefusal } from './consent';
import { currentContacts } from './current';
import type { ConsentCategory } from './schema';

/**
 * Why a person's wishes forbid a message of a category now; null: they do not. One read, none for
 * service messages; never cached, because a wish counts at once.
 */
export async function consentRefusal(
  contactId: string,
  category: ConsentCategory,
): Promise<ConsentRefusal | null> {
  if (category === 'service') return null;
  const [contact] = await currentContacts([contactId]);
  return maySend(contact?.data, category, marketingNeedsOptIn());
}
