/** Reason why a task can't start, as ECS words it. It stops the task and is never an error of the local AWS. */
export class TaskFailure extends Error {
  override readonly name = "TaskFailure";
  /**
   * @param reason The task's stopped reason, such as `CannotPullContainerError: …`.
   * @param container The container that failed, if one did.
   * @param containerReason The container's reason, where it differs from the task's.
   */
  constructor(
    readonly reason: string,
    readonly container?: string,
    readonly containerReason?: string,
  ) {
    super(reason);
  }
}
