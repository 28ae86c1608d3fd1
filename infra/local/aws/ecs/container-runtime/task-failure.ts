/** Why a task can't start, in ECS's own words. It ends as a stopped task, never as an error of the local AWS. */
export class TaskFailure extends Error {
  override readonly name = "TaskFailure";
  /**
   * @param reason The task's stopped reason, such as `CannotPullContainerError: …`.
   * @param container The container it is about, if it is about one.
   * @param containerReason That container's own reason, where it differs from the task's.
   */
  constructor(
    readonly reason: string,
    readonly container?: string,
    readonly containerReason?: string,
  ) {
    super(reason);
  }
}
