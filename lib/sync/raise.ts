import { chaos } from "./chaos.ts";
import { wake } from "./park.ts";

/**
 * Tells a thread that there is news: raises the word that it sleeps on, and wakes it if it is asleep, or about to be.
 *
 * The sleeper sets its _parked_ mark, looks once more whether the word is as it was, and sleeps while it is. Of several
 * who have news, the one that takes the mark away wakes it; the others spare themselves the system call. That one raises
 * the word once more before it wakes: it may have taken the mark of a sleeper that has looked already, at the first
 * raise, and does not sleep yet. Nobody else would wake that one, as the mark is gone.
 */
export function raise(words: Int32Array<SharedArrayBuffer>, word: number, parked: number): void {
  Atomics.add(words, word, 1);
  if (chaos !== null) chaos();
  if (Atomics.load(words, parked) === 0 || Atomics.exchange(words, parked, 0) === 0) return;
  Atomics.add(words, word, 1);
  wake(words, word);
}
