-- Least rights for roles that don't own Sluice's schema. Run it once, after the first migrate, as the role that migrates:
-- what later migrations add is then granted too. Creating roles takes the attribute createrole: if that role lacks it,
-- have an administrator run the three `create role` statements, and leave them out here. If a role or your schema has
-- another name, replace it throughout.
-- Give a login role its rights with: grant sluice_enqueuer to my_app;

create role sluice_enqueuer nologin;
create role sluice_drainer nologin;
create role sluice_reader nologin;

grant usage on schema sluice to sluice_enqueuer, sluice_drainer, sluice_reader;

-- Enqueues, in TypeScript and in SQL, completes waits whose token it knows, wakes a drainer, and verifies API keys whose secret it is shown. It reads and changes nothing else, not even
-- its own jobs, and sets no schedules: those are for the drainer.
grant execute on function sluice.enqueue, sluice.enqueue_many, sluice.enqueue_batch, sluice.enqueue_workflow, sluice.add_to_batch, sluice.store_batch, sluice.store_batch_once, sluice.store_job, sluice.store_jobs, sluice.store_jobs_once,
  sluice.emit, sluice.emit_event, sluice.emit_event_once,
  sluice.complete_wait, sluice.request_wake, sluice.verify_api_keys to sluice_enqueuer;

-- Reads every job, its payload and its history. For dashboards, getJob, listQueues and getBacklog. A role that only queries the
-- views needs just this: grant select on sluice.unfinished_jobs, sluice.job_history, sluice.job_failures to ...
grant select on all tables in schema sluice to sluice_reader;
alter default privileges in schema sluice grant select on tables to sluice_reader;
revoke select on sluice.api_keys, sluice.audit_log from sluice_reader;

-- Claims, performs and settles; enqueues, reads, pauses, sets schedules and acts on jobs as well, and adds to the audit log. It owns
-- nothing: the history's partitions are made and dropped by a function that runs with the owner's rights. API keys are made, rotated and
-- revoked, and the audit log is read, by the schema's owner, or by a role to which you grant these functions: see docs/access.md.
grant execute on all functions in schema sluice to sluice_drainer;
grant usage, select, update on all sequences in schema sluice to sluice_drainer;
grant select, insert, update, delete on all tables in schema sluice to sluice_drainer;
revoke all on sluice.api_keys, sluice.audit_log from sluice_drainer;
revoke execute on function sluice.create_api_key, sluice.rotate_api_key, sluice.revoke_api_key, sluice.list_api_keys, sluice.list_actions from sluice_drainer;
revoke insert, update, delete on sluice.migrations, sluice.owner, sluice.settings, sluice.maintenance_steps from sluice_drainer;
alter default privileges in schema sluice grant execute on functions to sluice_drainer;
alter default privileges in schema sluice grant usage, select, update on sequences to sluice_drainer;
alter default privileges in schema sluice grant select, insert, update, delete on tables to sluice_drainer;
