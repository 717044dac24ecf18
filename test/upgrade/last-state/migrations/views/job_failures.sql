-- The executions that did not succeed, one row each, for as long as history is kept (see the table settings). Users rely on this
-- view: columns may be added at its end, never changed or removed.
create or replace view job_failures as
  select e.job_id,
         e.attempt,
         e.outcome,
         e.error_class,
         e.error_message,
         e.error_stack,
         e.started_at,
         e.ended_at,
         e.duration_ms,
         e.error_code,
         e.rule,
         e.waited_ms
  from failures e;

comment on view job_failures is 'The executions that did not succeed, one row each, for as long as history is kept';
comment on column job_failures.job_id is 'The id of the job in unfinished_jobs or job_history';
comment on column job_failures.attempt is 'Which attempt it was, from 1. An execution that was interrupted may share its number with the next one';
comment on column job_failures.outcome is 'What became of the job: retried, discarded, snoozed (its payload waits for another schema) or interrupted';
comment on column job_failures.error_class is 'The name of the error';
comment on column job_failures.ended_at is 'Partitions failures by UTC day: a range of it spares the other days';
comment on column job_failures.duration_ms is 'Milliseconds that the execution took';
comment on column job_failures.error_code is 'The code of the error, if it has one';
comment on column job_failures.waited_ms is 'Milliseconds from when it was due to its start; null if its drainer died';
comment on column job_failures.rule is 'The rule of the definition that decided; null: its policies did';
