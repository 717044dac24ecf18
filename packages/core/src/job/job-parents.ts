import type { Json } from "../checks/json.ts"
import type { JobState } from "./job-options.ts"

/** The jobs after which a job runs, as the job sees them. They are read when they are asked for. */
export interface JobParents {
  /**
   * Returns the result of a parent, which is given by the name of its step or by its id. The type is not checked.
   *
   * @throws InvalidInputError `unknown_parent`: the job doesn't run after it
   * @throws JobFailedError The parent has failed, and the job runs all the same.
   * @throws ParentResultError
   */
  result<Value = Json | null>(parent: string): Promise<Value>
  /** Returns the results of all parents, by step or else by id. Throws as `result` does if one of them has none. */
  results<Values = Readonly<Record<string, Json | null>>>(): Promise<Values>
  /** Returns the parents with their states, ordered by id. */
  list(): Promise<JobParent[]>
}

export interface JobParent {
  readonly id: string
  /** Its name in the workflow. Null: it is none of the workflow's jobs. */
  readonly step: string | null
  /** The name of its job. Null, as the state if it was not known, once its history was dropped. */
  readonly name: string | null
  readonly state: JobState | null
}
