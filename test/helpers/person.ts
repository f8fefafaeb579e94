import type { Person, Question, Visit } from "../../src/application/ports.ts";

/** A person who answers as told, and what they were asked and shown. */
export interface TestPerson extends Person {
  readonly questions: Question[];
  readonly visits: Visit[];
}

/** `answers` are given one after the other; then none. `onVisit` is what the person does at an address. */
export function createPerson(answers: readonly string[] = [], onVisit: (visit: Visit) => void = () => {}): TestPerson {
  const left = [...answers];
  const [questions, visits]: [Question[], Visit[]] = [[], []];
  return {
    questions,
    visits,
    answer: (question) => {
      questions.push(question);
      return Promise.resolve(left.shift());
    },
    visit: (visit) => {
      visits.push(visit);
      onVisit(visit);
      return Promise.resolve();
    },
  };
}
