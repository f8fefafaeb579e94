/** The questions about images that are under way, several about one image at times. */
export interface Questions<Status> {
  /** A new question about these images, each with what is known of it. */
  begin(images: ReadonlyMap<string, Status>): number;
  /** What is known of the image with this answer; undefined where a newer question has answered, or is still to. */
  answer(question: number, image: string, status: Status): Status | undefined;
  /** The same without an answer: what an older question has answered meanwhile, or what was known before. */
  giveUp(question: number, image: string): Status | undefined;
  /** It is known otherwise: no question about it that is under way counts any more. */
  settle(image: string): void;
}

interface Asked<Status> {
  /** What was known before any of the questions. */
  readonly before: Status;
  /** The questions that still count. */
  readonly running: Set<number>;
  /** What an older question has answered while a newer one was under way, which may be given up. */
  held: { readonly by: number; readonly status: Status } | undefined;
}

/**
 * Keeps the answers of questions apart. The newest decides; but where it is given up, the answer of an older one is not
 * lost, and one that is still under way goes on counting, so that no image stays in the air.
 */
export function createQuestions<Status>(): Questions<Status> {
  const images = new Map<string, Asked<Status>>();
  let last = 0;

  /** The image, where the question still counts for it; it is done then. */
  const leave = (question: number, image: string): Asked<Status> | undefined => {
    const asked = images.get(image);
    return asked?.running.delete(question) === true ? asked : undefined;
  };
  const isOvertaken = ({ running }: Asked<Status>, question: number): boolean =>
    [...running].some((other) => other > question);
  /** Whatever is older and still under way says nothing new. */
  const settled = (image: string, status: Status): Status => {
    images.delete(image);
    return status;
  };

  return {
    begin(known) {
      last += 1;
      for (const [image, before] of known) {
        const asked = images.get(image) ?? { before, running: new Set(), held: undefined };
        asked.running.add(last);
        images.set(image, asked);
      }
      return last;
    },
    answer(question, image, status) {
      const asked = leave(question, image);
      if (asked === undefined) return undefined;
      if (!isOvertaken(asked, question)) return settled(image, status);
      if (asked.held === undefined || asked.held.by < question) asked.held = { by: question, status };
      return undefined;
    },
    giveUp(question, image) {
      const asked = leave(question, image);
      if (asked === undefined || isOvertaken(asked, asked.held?.by ?? 0)) return undefined;
      return settled(image, asked.held?.status ?? asked.before);
    },
    settle(image) {
      images.delete(image);
    },
  };
}
