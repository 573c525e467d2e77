-- O banco de metadados da amostra: python -c "import sqlite3, pathlib; sqlite3.connect('airflow.db').executescript(pathlib.Path('historico.sql').read_text())"
CREATE TABLE dag (
	dag_id VARCHAR(250) NOT NULL, 
	is_paused BOOLEAN NOT NULL, 
	is_stale BOOLEAN NOT NULL, 
	exceeds_max_non_backfill BOOLEAN DEFAULT '0' NOT NULL, 
	last_parsed_time TIMESTAMP, 
	last_parse_duration FLOAT, 
	last_expired TIMESTAMP, 
	fileloc VARCHAR(2000), 
	relative_fileloc VARCHAR(2000), 
	bundle_name VARCHAR(250) NOT NULL, 
	bundle_version VARCHAR(200), 
	owners VARCHAR(2000), 
	dag_display_name VARCHAR(2000), 
	description TEXT, 
	timetable_type VARCHAR(255) NOT NULL, 
	timetable_summary TEXT, 
	timetable_description VARCHAR(1000), 
	timetable_partitioned BOOLEAN DEFAULT '0' NOT NULL, 
	timetable_periodic BOOLEAN DEFAULT '0' NOT NULL, 
	partition_mapper_info JSON NOT NULL, 
	asset_expression JSON, 
	deadline JSON, 
	max_active_tasks INTEGER NOT NULL, 
	max_active_runs INTEGER, 
	max_consecutive_failed_dag_runs INTEGER NOT NULL, 
	has_task_concurrency_limits BOOLEAN NOT NULL, 
	has_import_errors BOOLEAN DEFAULT '0', 
	fail_fast BOOLEAN DEFAULT '0' NOT NULL, 
	allowed_run_types JSON, 
	next_dagrun TIMESTAMP, 
	next_dagrun_data_interval_start TIMESTAMP, 
	next_dagrun_data_interval_end TIMESTAMP, 
	next_dagrun_partition_key VARCHAR(255), 
	next_dagrun_partition_date TIMESTAMP, 
	next_dagrun_create_after TIMESTAMP, 
	CONSTRAINT dag_pkey PRIMARY KEY (dag_id), 
	CONSTRAINT dag_bundle_name_fkey FOREIGN KEY(bundle_name) REFERENCES dag_bundle (name)
);
CREATE TABLE dag_run (
	id INTEGER NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	queued_at TIMESTAMP, 
	logical_date TIMESTAMP, 
	start_date TIMESTAMP, 
	end_date TIMESTAMP, 
	state VARCHAR(50), 
	run_id VARCHAR(250) NOT NULL, 
	creating_job_id INTEGER, 
	run_type VARCHAR(50) NOT NULL, 
	triggered_by VARCHAR(50), 
	triggering_user_name VARCHAR(512), 
	conf JSON, 
	data_interval_start TIMESTAMP, 
	data_interval_end TIMESTAMP, 
	run_after TIMESTAMP NOT NULL, 
	last_scheduling_decision TIMESTAMP, 
	log_template_id INTEGER, 
	created_at TIMESTAMP, 
	updated_at TIMESTAMP, 
	clear_number INTEGER DEFAULT '0' NOT NULL, 
	backfill_id INTEGER, 
	bundle_version VARCHAR(250), 
	scheduled_by_job_id INTEGER, 
	context_carrier JSON, 
	span_status VARCHAR(250) DEFAULT 'not_started' NOT NULL, 
	created_dag_version_id CHAR(32), 
	partition_key VARCHAR(250), 
	partition_date TIMESTAMP, 
	CONSTRAINT dag_run_pkey PRIMARY KEY (id), 
	CONSTRAINT dag_run_dag_id_run_id_key UNIQUE (dag_id, run_id), 
	CONSTRAINT dag_run_dag_id_logical_date_key UNIQUE (dag_id, logical_date), 
	CONSTRAINT task_instance_log_template_id_fkey FOREIGN KEY(log_template_id) REFERENCES log_template (id) ON DELETE NO ACTION, 
	CONSTRAINT dag_run_backfill_id_fkey FOREIGN KEY(backfill_id) REFERENCES backfill (id), 
	CONSTRAINT created_dag_version_id_fkey FOREIGN KEY(created_dag_version_id) REFERENCES dag_version (id) ON DELETE set null
);
CREATE TABLE task_instance (
	id CHAR(32) NOT NULL, 
	task_id VARCHAR(250) NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	run_id VARCHAR(250) NOT NULL, 
	map_index INTEGER DEFAULT '-1' NOT NULL, 
	start_date TIMESTAMP, 
	end_date TIMESTAMP, 
	duration FLOAT, 
	state VARCHAR(20), 
	try_number INTEGER NOT NULL, 
	max_tries INTEGER DEFAULT '-1' NOT NULL, 
	hostname VARCHAR(1000), 
	unixname VARCHAR(1000), 
	pool VARCHAR(256) NOT NULL, 
	pool_slots INTEGER NOT NULL, 
	queue VARCHAR(256), 
	priority_weight INTEGER, 
	operator VARCHAR(1000), 
	custom_operator_name VARCHAR(1000), 
	queued_dttm TIMESTAMP, 
	scheduled_dttm TIMESTAMP, 
	queued_by_job_id INTEGER, 
	last_heartbeat_at TIMESTAMP, 
	pid INTEGER, 
	executor VARCHAR(1000), 
	executor_config BLOB, 
	updated_at TIMESTAMP, 
	rendered_map_index VARCHAR(250), 
	context_carrier JSON, 
	span_status VARCHAR(250) DEFAULT 'not_started' NOT NULL, 
	external_executor_id TEXT, 
	trigger_id INTEGER, 
	trigger_timeout TIMESTAMP, 
	next_method VARCHAR(1000), 
	next_kwargs JSON, 
	task_display_name VARCHAR(2000), 
	dag_version_id CHAR(32), 
	retry_delay_override FLOAT, 
	retry_reason VARCHAR(500), 
	CONSTRAINT task_instance_pkey PRIMARY KEY (id), 
	CONSTRAINT task_instance_composite_key UNIQUE (dag_id, task_id, run_id, map_index), 
	CONSTRAINT task_instance_trigger_id_fkey FOREIGN KEY(trigger_id) REFERENCES "trigger" (id) ON DELETE CASCADE, 
	CONSTRAINT task_instance_dag_run_fkey FOREIGN KEY(dag_id, run_id) REFERENCES dag_run (dag_id, run_id) ON DELETE CASCADE, 
	CONSTRAINT task_instance_dag_version_id_fkey FOREIGN KEY(dag_version_id) REFERENCES dag_version (id) ON DELETE RESTRICT
);
CREATE TABLE task_instance_history (
	task_instance_id CHAR(32) NOT NULL, 
	task_id VARCHAR(250) NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	run_id VARCHAR(250) NOT NULL, 
	map_index INTEGER DEFAULT '-1' NOT NULL, 
	try_number INTEGER NOT NULL, 
	start_date TIMESTAMP, 
	end_date TIMESTAMP, 
	duration FLOAT, 
	state VARCHAR(20), 
	max_tries INTEGER DEFAULT '-1', 
	hostname VARCHAR(1000), 
	unixname VARCHAR(1000), 
	pool VARCHAR(256) NOT NULL, 
	pool_slots INTEGER NOT NULL, 
	queue VARCHAR(256), 
	priority_weight INTEGER, 
	operator VARCHAR(1000), 
	custom_operator_name VARCHAR(1000), 
	queued_dttm TIMESTAMP, 
	scheduled_dttm TIMESTAMP, 
	queued_by_job_id INTEGER, 
	pid INTEGER, 
	executor VARCHAR(1000), 
	executor_config BLOB, 
	updated_at TIMESTAMP, 
	rendered_map_index VARCHAR(250), 
	context_carrier JSON, 
	span_status VARCHAR(250) DEFAULT 'not_started' NOT NULL, 
	external_executor_id TEXT, 
	trigger_id INTEGER, 
	trigger_timeout DATETIME, 
	next_method VARCHAR(1000), 
	next_kwargs JSON, 
	task_display_name VARCHAR(2000), 
	dag_version_id CHAR(32), 
	retry_delay_override FLOAT, 
	retry_reason VARCHAR(500), 
	CONSTRAINT task_instance_history_pkey PRIMARY KEY (task_instance_id), 
	CONSTRAINT task_instance_history_ti_fkey FOREIGN KEY(dag_id, task_id, run_id, map_index) REFERENCES task_instance (dag_id, task_id, run_id, map_index) ON DELETE CASCADE ON UPDATE CASCADE, 
	CONSTRAINT task_instance_history_dtrt_uq UNIQUE (dag_id, task_id, run_id, map_index, try_number)
);
CREATE TABLE deadline (
	id CHAR(32) NOT NULL, 
	created_at TIMESTAMP NOT NULL, 
	last_updated_at TIMESTAMP NOT NULL, 
	dagrun_id INTEGER, 
	deadline_time TIMESTAMP NOT NULL, 
	missed BOOLEAN NOT NULL, 
	callback_id CHAR(32) NOT NULL, 
	deadline_alert_id CHAR(32), 
	CONSTRAINT deadline_pkey PRIMARY KEY (id), 
	CONSTRAINT deadline_dagrun_id_fkey FOREIGN KEY(dagrun_id) REFERENCES dag_run (id) ON DELETE CASCADE, 
	CONSTRAINT deadline_callback_id_fkey FOREIGN KEY(callback_id) REFERENCES callback (id) ON DELETE CASCADE, 
	CONSTRAINT deadline_deadline_alert_id_fkey FOREIGN KEY(deadline_alert_id) REFERENCES deadline_alert (id) ON DELETE SET NULL
);
INSERT INTO dag (dag_id, is_paused, is_stale, bundle_name, fileloc, relative_fileloc, owners, timetable_type, partition_mapper_info, max_active_tasks, max_active_runs, max_consecutive_failed_dag_runs, has_task_concurrency_limits) VALUES ('fornecedores_contratos_75', 0, 0, 'dags-folder', '/opt/caju/dags/fornecedores_contratos_75.py', 'fornecedores_contratos_75.py', 'dados', 'airflow.timetables.trigger.CronTriggerTimetable', '{}', 16, 16, 0, 0);
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (1, 'fornecedores_contratos_75', 'scheduled__2026-09-15T09:47:31.690871+00:00_4e564c', 'success', 'scheduled', '2026-09-15 09:47:32.690871', '2026-09-15 09:47:31.690871', '2026-09-15 09:47:31.690871', '2026-09-15 09:47:31.690871', '2026-09-15 09:47:31.690871', '2026-09-15 09:47:34.690871', '2026-09-15 09:53:32.001884', 1, 'TIMETABLE', '{}', 2, '2026-09-15 09:47:32.690871', '2026-09-15 09:53:32.001884');
INSERT INTO task_instance (id, task_id, dag_id, run_id, map_index, max_tries, pool, pool_slots, queue, priority_weight, hostname, operator, state, start_date, end_date, duration, try_number) VALUES ('6513270e269e0d37f2a74de452e6b438', 'extrair', 'fornecedores_contratos_75', 'scheduled__2026-09-15T09:47:31.690871+00:00_4e564c', -1, 2, 'default_pool', 1, 'default', 1, 'caju-1', 'PythonOperator', 'success', '2026-09-15 09:47:34.690871', '2026-09-15 09:53:32.001884', 357.311013, 2);
INSERT INTO task_instance_history (task_instance_id, task_id, dag_id, run_id, map_index, max_tries, pool, pool_slots, queue, priority_weight, hostname, operator, state, start_date, end_date, duration, try_number) VALUES ('d23f0824128b2f330c5c7fd0a6a3a450', 'extrair', 'fornecedores_contratos_75', 'scheduled__2026-09-15T09:47:31.690871+00:00_4e564c', -1, 2, 'default_pool', 1, 'default', 1, 'caju-1', 'PythonOperator', 'failed', '2026-09-15 08:47:14.690871', '2026-09-15 08:47:34.690871', 20.0, 1);
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (2, 'fornecedores_contratos_75', 'scheduled__2026-09-15T11:40:58.665743+00:00_ced8c2', 'success', 'scheduled', '2026-09-15 11:40:59.665743', '2026-09-15 11:40:58.665743', '2026-09-15 11:40:58.665743', '2026-09-15 11:40:58.665743', '2026-09-15 11:40:58.665743', '2026-09-15 11:41:01.665743', '2026-09-15 11:46:06.464906', 2, 'TIMETABLE', '{}', 2, '2026-09-15 11:40:59.665743', '2026-09-15 11:46:06.464906');
INSERT INTO task_instance (id, task_id, dag_id, run_id, map_index, max_tries, pool, pool_slots, queue, priority_weight, hostname, operator, state, start_date, end_date, duration, try_number) VALUES ('9531985d5d9dc9f81818e811892f902b', 'extrair', 'fornecedores_contratos_75', 'scheduled__2026-09-15T11:40:58.665743+00:00_ced8c2', -1, 2, 'default_pool', 1, 'default', 1, 'caju-1', 'PythonOperator', 'success', '2026-09-15 11:41:01.665743', '2026-09-15 11:46:06.464906', 304.799163, 2);
INSERT INTO task_instance_history (task_instance_id, task_id, dag_id, run_id, map_index, max_tries, pool, pool_slots, queue, priority_weight, hostname, operator, state, start_date, end_date, duration, try_number) VALUES ('36f675cc81e74ef5e8e25d940ed90475', 'extrair', 'fornecedores_contratos_75', 'scheduled__2026-09-15T11:40:58.665743+00:00_ced8c2', -1, 2, 'default_pool', 1, 'default', 1, 'caju-1', 'PythonOperator', 'failed', '2026-09-15 09:40:41.665743', '2026-09-15 09:41:01.665743', 20.0, 1);
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (3, 'fornecedores_contratos_75', 'scheduled__2026-09-15T12:27:43.027262+00:00_6041f1', 'success', 'scheduled', '2026-09-15 12:27:44.027262', '2026-09-15 12:27:43.027262', '2026-09-15 12:27:43.027262', '2026-09-15 12:27:43.027262', '2026-09-15 12:27:43.027262', '2026-09-15 12:27:46.027262', '2026-09-15 12:31:58.827740', 3, 'TIMETABLE', '{}', 2, '2026-09-15 12:27:44.027262', '2026-09-15 12:31:58.827740');
INSERT INTO task_instance (id, task_id, dag_id, run_id, map_index, max_tries, pool, pool_slots, queue, priority_weight, hostname, operator, state, start_date, end_date, duration, try_number) VALUES ('6b0d549b6f03675a1600a35a099950d8', 'extrair', 'fornecedores_contratos_75', 'scheduled__2026-09-15T12:27:43.027262+00:00_6041f1', -1, 2, 'default_pool', 1, 'default', 1, 'caju-1', 'PythonOperator', 'success', '2026-09-15 12:27:46.027262', '2026-09-15 12:31:58.827740', 252.800478, 2);
INSERT INTO task_instance_history (task_instance_id, task_id, dag_id, run_id, map_index, max_tries, pool, pool_slots, queue, priority_weight, hostname, operator, state, start_date, end_date, duration, try_number) VALUES ('8d116ece1738f7d93d9c172411e20b8f', 'extrair', 'fornecedores_contratos_75', 'scheduled__2026-09-15T12:27:43.027262+00:00_6041f1', -1, 2, 'default_pool', 1, 'default', 1, 'caju-1', 'PythonOperator', 'failed', '2026-09-15 09:27:26.027262', '2026-09-15 09:27:46.027262', 20.0, 1);
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (4, 'fornecedores_contratos_75', 'scheduled__2026-09-15T11:16:18.955051+00:00_12cc86', 'running', 'scheduled', '2026-09-15 11:16:19.955051', '2026-09-15 11:16:18.955051', '2026-09-15 11:16:18.955051', '2026-09-15 11:16:18.955051', '2026-09-15 11:16:18.955051', '2026-09-15 11:16:21.955051', NULL, 1, 'TIMETABLE', '{}', 2, '2026-09-15 11:16:19.955051', '2026-09-15 11:16:21.955051');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (5, 'fornecedores_contratos_75', 'scheduled__2026-09-15T11:17:18.743694+00:00_0d26ef', 'queued', 'scheduled', '2026-09-15 11:17:19.743694', '2026-09-15 11:17:18.743694', '2026-09-15 11:17:18.743694', '2026-09-15 11:17:18.743694', '2026-09-15 11:17:18.743694', '2026-09-15 11:17:21.743694', NULL, 1, 'TIMETABLE', '{}', 2, '2026-09-15 11:17:19.743694', '2026-09-15 11:17:21.743694');
INSERT INTO dag (dag_id, is_paused, is_stale, bundle_name, fileloc, relative_fileloc, owners, timetable_type, partition_mapper_info, max_active_tasks, max_active_runs, max_consecutive_failed_dag_runs, has_task_concurrency_limits) VALUES ('folha_de_ponto_81', 0, 0, 'dags-folder', '/opt/caju/dags/folha_de_ponto_81.py', 'folha_de_ponto_81.py', 'dados', 'airflow.timetables.trigger.CronTriggerTimetable', '{}', 16, 16, 0, 0);
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (6, 'folha_de_ponto_81', 'scheduled__2026-09-15T10:58:20.363433+00:00_8bed5b', 'success', 'scheduled', '2026-09-15 10:58:21.363433', '2026-09-15 10:58:20.363433', '2026-09-15 10:58:20.363433', '2026-09-15 10:58:20.363433', '2026-09-15 10:58:20.363433', '2026-09-15 10:58:23.363433', '2026-09-15 11:09:46.820880', 0, 'TIMETABLE', '{}', 2, '2026-09-15 10:58:21.363433', '2026-09-15 11:09:46.820880');
INSERT INTO dag (dag_id, is_paused, is_stale, bundle_name, fileloc, relative_fileloc, owners, timetable_type, partition_mapper_info, max_active_tasks, max_active_runs, max_consecutive_failed_dag_runs, has_task_concurrency_limits) VALUES ('logistica_rotas_55', 0, 0, 'dags-folder', '/opt/caju/dags/logistica_rotas_55.py', 'logistica_rotas_55.py', 'dados', 'airflow.timetables.trigger.CronTriggerTimetable', '{}', 16, 16, 0, 0);
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (7, 'logistica_rotas_55', 'scheduled__2026-09-15T13:38:22.658948+00:00_a2aa21', 'running', 'scheduled', '2026-09-15 13:38:23.658948', '2026-09-15 13:38:22.658948', '2026-09-15 13:38:22.658948', '2026-09-15 13:38:22.658948', '2026-09-15 13:38:22.658948', '2026-09-15 13:38:25.658948', NULL, 0, 'TIMETABLE', '{}', 2, '2026-09-15 13:38:23.658948', '2026-09-15 13:38:25.658948');
INSERT INTO deadline (id, created_at, last_updated_at, dagrun_id, deadline_time, missed, callback_id) VALUES ('a170b33839263059f28c105d1fb17c23', '2026-01-05 12:00:00.000000', '2026-01-05 12:00:00.000000', 7, '2026-09-15 12:31:00.108179', 1, '90c192cfd3ac94af0f21ddb66cad4a26');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (8, 'logistica_rotas_55', 'scheduled__2026-09-15T09:11:51.837623+00:00_503dc8', 'running', 'scheduled', '2026-09-15 09:11:52.837623', '2026-09-15 09:11:51.837623', '2026-09-15 09:11:51.837623', '2026-09-15 09:11:51.837623', '2026-09-15 09:11:51.837623', '2026-09-15 09:11:54.837623', NULL, 0, 'TIMETABLE', '{}', 2, '2026-09-15 09:11:52.837623', '2026-09-15 09:11:54.837623');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (9, 'logistica_rotas_55', 'scheduled__2026-09-15T12:58:25.591942+00:00_c4ffc6', 'running', 'scheduled', '2026-09-15 12:58:26.591942', '2026-09-15 12:58:25.591942', '2026-09-15 12:58:25.591942', '2026-09-15 12:58:25.591942', '2026-09-15 12:58:25.591942', '2026-09-15 12:58:28.591942', NULL, 0, 'TIMETABLE', '{}', 2, '2026-09-15 12:58:26.591942', '2026-09-15 12:58:28.591942');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (10, 'logistica_rotas_55', 'scheduled__2026-09-15T12:11:19.581959+00:00_b093e3', 'queued', 'scheduled', '2026-09-15 12:11:20.581959', '2026-09-15 12:11:19.581959', '2026-09-15 12:11:19.581959', '2026-09-15 12:11:19.581959', '2026-09-15 12:11:19.581959', '2026-09-15 12:11:22.581959', NULL, 0, 'TIMETABLE', '{}', 2, '2026-09-15 12:11:20.581959', '2026-09-15 12:11:22.581959');
INSERT INTO dag (dag_id, is_paused, is_stale, bundle_name, fileloc, relative_fileloc, owners, timetable_type, partition_mapper_info, max_active_tasks, max_active_runs, max_consecutive_failed_dag_runs, has_task_concurrency_limits) VALUES ('precos_concorrentes_78', 0, 0, 'dags-folder', '/opt/caju/dags/precos_concorrentes_78.py', 'precos_concorrentes_78.py', 'dados', 'airflow.timetables.trigger.CronTriggerTimetable', '{}', 16, 16, 0, 0);
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (11, 'precos_concorrentes_78', 'scheduled__2026-09-15T15:02:16.208962+00:00_731c94', 'success', 'scheduled', '2026-09-15 15:02:17.208962', '2026-09-15 15:02:16.208962', '2026-09-15 15:02:16.208962', '2026-09-15 15:02:16.208962', '2026-09-15 15:02:16.208962', '2026-09-15 15:02:19.208962', '2026-09-15 15:05:04.491088', 0, 'TIMETABLE', '{}', 2, '2026-09-15 15:02:17.208962', '2026-09-15 15:05:04.491088');
INSERT INTO deadline (id, created_at, last_updated_at, dagrun_id, deadline_time, missed, callback_id) VALUES ('0cb1e29c658cda1495e60af593bd04cf', '2026-01-05 12:00:00.000000', '2026-01-05 12:00:00.000000', 11, '2026-09-15 05:31:40.000000', 1, '0fd630f1f29d0da9953f48f1a09f76b5');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (12, 'precos_concorrentes_78', 'scheduled__2026-09-15T14:32:01.443585+00:00_7d836e', 'success', 'scheduled', '2026-09-15 14:32:02.443585', '2026-09-15 14:32:01.443585', '2026-09-15 14:32:01.443585', '2026-09-15 14:32:01.443585', '2026-09-15 14:32:01.443585', '2026-09-15 14:32:04.443585', '2026-09-15 14:45:20.147929', 0, 'TIMETABLE', '{}', 2, '2026-09-15 14:32:02.443585', '2026-09-15 14:45:20.147929');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (13, 'precos_concorrentes_78', 'scheduled__2026-09-15T10:42:00.160881+00:00_65b00a', 'success', 'scheduled', '2026-09-15 10:42:01.160881', '2026-09-15 10:42:00.160881', '2026-09-15 10:42:00.160881', '2026-09-15 10:42:00.160881', '2026-09-15 10:42:00.160881', '2026-09-15 10:42:03.160881', '2026-09-15 10:46:48.887889', 0, 'TIMETABLE', '{}', 2, '2026-09-15 10:42:01.160881', '2026-09-15 10:46:48.887889');
INSERT INTO deadline (id, created_at, last_updated_at, dagrun_id, deadline_time, missed, callback_id) VALUES ('6b4cb2424a23d5962217beaddbc496cb', '2026-01-05 12:00:00.000000', '2026-01-05 12:00:00.000000', 13, '2026-09-15 15:51:40.000000', 1, '8e81973e0becd7b03898d190f9ebdacc');
INSERT INTO deadline (id, created_at, last_updated_at, dagrun_id, deadline_time, missed, callback_id) VALUES ('ae97ba94d0eda82f8f6d05584ef8aa38', '2026-01-05 12:00:00.000000', '2026-01-05 12:00:00.000000', 13, '2026-09-15 13:39:10.982064', 0, '922766581e27a1c08a6a63ec24ede6a4');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (14, 'precos_concorrentes_78', 'scheduled__2026-09-15T10:08:45.240120+00:00_ce1d62', 'success', 'scheduled', '2026-09-15 10:08:46.240120', '2026-09-15 10:08:45.240120', '2026-09-15 10:08:45.240120', '2026-09-15 10:08:45.240120', '2026-09-15 10:08:45.240120', '2026-09-15 10:08:48.240120', '2026-09-15 10:16:11.175164', 0, 'TIMETABLE', '{}', 2, '2026-09-15 10:08:46.240120', '2026-09-15 10:16:11.175164');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (15, 'precos_concorrentes_78', 'scheduled__2026-09-15T13:02:17.041669+00:00_1389b3', 'success', 'scheduled', '2026-09-15 13:02:18.041669', '2026-09-15 13:02:17.041669', '2026-09-15 13:02:17.041669', '2026-09-15 13:02:17.041669', '2026-09-15 13:02:17.041669', '2026-09-15 13:02:20.041669', '2026-09-15 13:14:44.785576', 0, 'TIMETABLE', '{}', 2, '2026-09-15 13:02:18.041669', '2026-09-15 13:14:44.785576');
INSERT INTO deadline (id, created_at, last_updated_at, dagrun_id, deadline_time, missed, callback_id) VALUES ('18f135d25f557203301850c5a38fd547', '2026-01-05 12:00:00.000000', '2026-01-05 12:00:00.000000', 15, '2026-09-15 12:20:39.285378', 0, '923a736994e3bf911a61dbe22e44158b');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (16, 'precos_concorrentes_78', 'scheduled__2026-09-15T10:47:17.399865+00:00_8eb514', 'success', 'scheduled', '2026-09-15 10:47:18.399865', '2026-09-15 10:47:17.399865', '2026-09-15 10:47:17.399865', '2026-09-15 10:47:17.399865', '2026-09-15 10:47:17.399865', '2026-09-15 10:47:20.399865', '2026-09-15 10:49:56.676889', 0, 'TIMETABLE', '{}', 2, '2026-09-15 10:47:18.399865', '2026-09-15 10:49:56.676889');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (17, 'precos_concorrentes_78', 'scheduled__2026-09-15T10:30:30.094757+00:00_751b4c', 'success', 'scheduled', '2026-09-15 10:30:31.094757', '2026-09-15 10:30:30.094757', '2026-09-15 10:30:30.094757', '2026-09-15 10:30:30.094757', '2026-09-15 10:30:30.094757', '2026-09-15 10:30:33.094757', '2026-09-15 10:36:41.904988', 0, 'TIMETABLE', '{}', 2, '2026-09-15 10:30:31.094757', '2026-09-15 10:36:41.904988');
INSERT INTO deadline (id, created_at, last_updated_at, dagrun_id, deadline_time, missed, callback_id) VALUES ('7f15052434b9b5df9e7769b10f4205b4', '2026-01-05 12:00:00.000000', '2026-01-05 12:00:00.000000', 17, '2026-09-15 10:36:42.587226', 1, '907a70c31012f037b64ce4228c38fb29');
INSERT INTO deadline (id, created_at, last_updated_at, dagrun_id, deadline_time, missed, callback_id) VALUES ('ec66a78795e761d17731af10506bf2ef', '2026-01-05 12:00:00.000000', '2026-01-05 12:00:00.000000', 17, '2026-09-15 09:57:20.762677', 1, 'c6f877186d76b07e881ed162ae2eb154');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (18, 'precos_concorrentes_78', 'scheduled__2026-09-15T14:05:12.964983+00:00_93d204', 'success', 'scheduled', '2026-09-15 14:05:13.964983', '2026-09-15 14:05:12.964983', '2026-09-15 14:05:12.964983', '2026-09-15 14:05:12.964983', '2026-09-15 14:05:12.964983', '2026-09-15 14:05:15.964983', '2026-09-15 14:19:05.210107', 0, 'TIMETABLE', '{}', 2, '2026-09-15 14:05:13.964983', '2026-09-15 14:19:05.210107');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (19, 'precos_concorrentes_78', 'scheduled__2026-09-15T07:43:21.856741+00:00_5e6c99', 'success', 'scheduled', '2026-09-15 07:43:22.856741', '2026-09-15 07:43:21.856741', '2026-09-15 07:43:21.856741', '2026-09-15 07:43:21.856741', '2026-09-15 07:43:21.856741', '2026-09-15 07:43:24.856741', '2026-09-15 07:57:08.139357', 0, 'TIMETABLE', '{}', 2, '2026-09-15 07:43:22.856741', '2026-09-15 07:57:08.139357');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (20, 'precos_concorrentes_78', 'scheduled__2026-09-15T11:27:10.951315+00:00_173714', 'success', 'scheduled', '2026-09-15 11:27:11.951315', '2026-09-15 11:27:10.951315', '2026-09-15 11:27:10.951315', '2026-09-15 11:27:10.951315', '2026-09-15 11:27:10.951315', '2026-09-15 11:27:13.951315', '2026-09-15 11:35:47.303901', 0, 'TIMETABLE', '{}', 2, '2026-09-15 11:27:11.951315', '2026-09-15 11:35:47.303901');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (21, 'precos_concorrentes_78', 'scheduled__2026-09-15T12:53:18.295979+00:00_de0279', 'success', 'scheduled', '2026-09-15 12:53:19.295979', '2026-09-15 12:53:18.295979', '2026-09-15 12:53:18.295979', '2026-09-15 12:53:18.295979', '2026-09-15 12:53:18.295979', '2026-09-15 12:53:21.295979', '2026-09-15 13:03:16.508049', 0, 'TIMETABLE', '{}', 2, '2026-09-15 12:53:19.295979', '2026-09-15 13:03:16.508049');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (22, 'precos_concorrentes_78', 'scheduled__2026-09-15T11:07:59.343435+00:00_cd73de', 'success', 'scheduled', '2026-09-15 11:08:00.343435', '2026-09-15 11:07:59.343435', '2026-09-15 11:07:59.343435', '2026-09-15 11:07:59.343435', '2026-09-15 11:07:59.343435', '2026-09-15 11:08:02.343435', '2026-09-15 11:18:06.041996', 0, 'TIMETABLE', '{}', 2, '2026-09-15 11:08:00.343435', '2026-09-15 11:18:06.041996');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (23, 'precos_concorrentes_78', 'scheduled__2026-09-15T11:34:28.521169+00:00_423674', 'success', 'scheduled', '2026-09-15 11:34:29.521169', '2026-09-15 11:34:28.521169', '2026-09-15 11:34:28.521169', '2026-09-15 11:34:28.521169', '2026-09-15 11:34:28.521169', '2026-09-15 11:34:31.521169', '2026-09-15 11:44:54.862733', 0, 'TIMETABLE', '{}', 2, '2026-09-15 11:34:29.521169', '2026-09-15 11:44:54.862733');
INSERT INTO deadline (id, created_at, last_updated_at, dagrun_id, deadline_time, missed, callback_id) VALUES ('c7a2ea20b2f14c942e05319acb5c7427', '2026-01-05 12:00:00.000000', '2026-01-05 12:00:00.000000', 23, '2026-09-15 07:31:40.000000', 1, '3f98e2774cbd87ad5c90a9587403e430');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (24, 'precos_concorrentes_78', 'scheduled__2026-09-15T11:59:04.315513+00:00_ed1d9d', 'success', 'scheduled', '2026-09-15 11:59:05.315513', '2026-09-15 11:59:04.315513', '2026-09-15 11:59:04.315513', '2026-09-15 11:59:04.315513', '2026-09-15 11:59:04.315513', '2026-09-15 11:59:07.315513', '2026-09-15 12:10:12.906033', 0, 'TIMETABLE', '{}', 2, '2026-09-15 11:59:05.315513', '2026-09-15 12:10:12.906033');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (25, 'precos_concorrentes_78', 'scheduled__2026-09-15T12:09:50.916032+00:00_849acf', 'success', 'scheduled', '2026-09-15 12:09:51.916032', '2026-09-15 12:09:50.916032', '2026-09-15 12:09:50.916032', '2026-09-15 12:09:50.916032', '2026-09-15 12:09:50.916032', '2026-09-15 12:09:53.916032', '2026-09-15 12:20:04.691279', 0, 'TIMETABLE', '{}', 2, '2026-09-15 12:09:51.916032', '2026-09-15 12:20:04.691279');
INSERT INTO deadline (id, created_at, last_updated_at, dagrun_id, deadline_time, missed, callback_id) VALUES ('57ee05cde00902c77ebff20686734721', '2026-01-05 12:00:00.000000', '2026-01-05 12:00:00.000000', 25, '2026-09-15 14:34:53.087752', 0, '4cdd2055930d6eaf14f4733f3e7d1bfb');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (26, 'precos_concorrentes_78', 'scheduled__2026-09-15T08:21:18.236489+00:00_397a76', 'success', 'scheduled', '2026-09-15 08:21:19.236489', '2026-09-15 08:21:18.236489', '2026-09-15 08:21:18.236489', '2026-09-15 08:21:18.236489', '2026-09-15 08:21:18.236489', '2026-09-15 08:21:21.236489', '2026-09-15 08:32:39.192345', 0, 'TIMETABLE', '{}', 2, '2026-09-15 08:21:19.236489', '2026-09-15 08:32:39.192345');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (27, 'precos_concorrentes_78', 'scheduled__2026-09-15T09:39:29.673556+00:00_f67529', 'success', 'scheduled', '2026-09-15 09:39:30.673556', '2026-09-15 09:39:29.673556', '2026-09-15 09:39:29.673556', '2026-09-15 09:39:29.673556', '2026-09-15 09:39:29.673556', '2026-09-15 09:39:32.673556', '2026-09-15 09:41:25.166325', 0, 'TIMETABLE', '{}', 2, '2026-09-15 09:39:30.673556', '2026-09-15 09:41:25.166325');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (28, 'precos_concorrentes_78', 'scheduled__2026-09-15T12:58:44.446481+00:00_1a4272', 'success', 'scheduled', '2026-09-15 12:58:45.446481', '2026-09-15 12:58:44.446481', '2026-09-15 12:58:44.446481', '2026-09-15 12:58:44.446481', '2026-09-15 12:58:44.446481', '2026-09-15 12:58:47.446481', '2026-09-15 13:11:47.372180', 0, 'TIMETABLE', '{}', 2, '2026-09-15 12:58:45.446481', '2026-09-15 13:11:47.372180');
INSERT INTO deadline (id, created_at, last_updated_at, dagrun_id, deadline_time, missed, callback_id) VALUES ('830e07bc1e398f1012bd4acefaecbd38', '2026-01-05 12:00:00.000000', '2026-01-05 12:00:00.000000', 28, '2026-09-15 11:34:04.933799', 1, '9be4bcfc49b64a0872e6cc3ababced20');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (29, 'precos_concorrentes_78', 'scheduled__2026-09-15T11:54:12.730183+00:00_247526', 'failed', 'scheduled', '2026-09-15 11:54:13.730183', '2026-09-15 11:54:12.730183', '2026-09-15 11:54:12.730183', '2026-09-15 11:54:12.730183', '2026-09-15 11:54:12.730183', '2026-09-15 11:54:15.730183', '2026-09-15 11:54:18.701675', 0, 'TIMETABLE', '{}', 2, '2026-09-15 11:54:13.730183', '2026-09-15 11:54:18.701675');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (30, 'precos_concorrentes_78', 'scheduled__2026-09-15T15:00:46.323083+00:00_1f3c42', 'failed', 'scheduled', '2026-09-15 15:00:47.323083', '2026-09-15 15:00:46.323083', '2026-09-15 15:00:46.323083', '2026-09-15 15:00:46.323083', '2026-09-15 15:00:46.323083', '2026-09-15 15:00:49.323083', '2026-09-15 15:00:54.038905', 0, 'TIMETABLE', '{}', 2, '2026-09-15 15:00:47.323083', '2026-09-15 15:00:54.038905');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (31, 'precos_concorrentes_78', 'scheduled__2026-09-15T14:17:41.449859+00:00_ac9f21', 'failed', 'scheduled', '2026-09-15 14:17:42.449859', '2026-09-15 14:17:41.449859', '2026-09-15 14:17:41.449859', '2026-09-15 14:17:41.449859', '2026-09-15 14:17:41.449859', '2026-09-15 14:17:44.449859', '2026-09-15 14:17:47.365801', 0, 'TIMETABLE', '{}', 2, '2026-09-15 14:17:42.449859', '2026-09-15 14:17:47.365801');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (32, 'precos_concorrentes_78', 'scheduled__2026-09-15T14:06:24.021586+00:00_f5a9ca', 'failed', 'scheduled', '2026-09-15 14:06:25.021586', '2026-09-15 14:06:24.021586', '2026-09-15 14:06:24.021586', '2026-09-15 14:06:24.021586', '2026-09-15 14:06:24.021586', '2026-09-15 14:06:27.021586', '2026-09-15 14:06:31.920043', 0, 'TIMETABLE', '{}', 2, '2026-09-15 14:06:25.021586', '2026-09-15 14:06:31.920043');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (33, 'precos_concorrentes_78', 'scheduled__2026-09-15T10:37:08.059380+00:00_66eebc', 'failed', 'scheduled', '2026-09-15 10:37:09.059380', '2026-09-15 10:37:08.059380', '2026-09-15 10:37:08.059380', '2026-09-15 10:37:08.059380', '2026-09-15 10:37:08.059380', '2026-09-15 10:37:11.059380', '2026-09-15 10:37:14.407334', 0, 'TIMETABLE', '{}', 2, '2026-09-15 10:37:09.059380', '2026-09-15 10:37:14.407334');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (34, 'precos_concorrentes_78', 'scheduled__2026-09-15T12:43:14.763680+00:00_a598d0', 'failed', 'scheduled', '2026-09-15 12:43:15.763680', '2026-09-15 12:43:14.763680', '2026-09-15 12:43:14.763680', '2026-09-15 12:43:14.763680', '2026-09-15 12:43:14.763680', '2026-09-15 12:43:17.763680', '2026-09-15 12:43:22.118292', 0, 'TIMETABLE', '{}', 2, '2026-09-15 12:43:15.763680', '2026-09-15 12:43:22.118292');
INSERT INTO deadline (id, created_at, last_updated_at, dagrun_id, deadline_time, missed, callback_id) VALUES ('6bf46c697d2caf82eeeacbe226e87555', '2026-01-05 12:00:00.000000', '2026-01-05 12:00:00.000000', 34, '2026-09-15 14:23:55.499739', 1, '5790f82ec1d3fcff2a3af4d46b0a18e8');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (35, 'precos_concorrentes_78', 'scheduled__2026-09-15T07:20:58.089396+00:00_b2c555', 'success', 'scheduled', '2026-09-15 07:20:59.089396', '2026-09-15 07:20:58.089396', '2026-09-15 07:20:58.089396', '2026-09-15 07:20:58.089396', '2026-09-15 07:20:58.089396', '2026-09-15 07:21:01.089396', '2026-09-15 07:31:40.000000', 0, 'TIMETABLE', '{}', 2, '2026-09-15 07:20:59.089396', '2026-09-15 07:31:40.000000');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (36, 'precos_concorrentes_78', 'scheduled__2026-09-15T15:21:22.792661+00:00_ce0d8d', 'failed', 'scheduled', '2026-09-15 15:21:23.792661', '2026-09-15 15:21:22.792661', '2026-09-15 15:21:22.792661', '2026-09-15 15:21:22.792661', '2026-09-15 15:21:22.792661', '2026-09-15 15:21:25.792661', '2026-09-15 15:31:40.000000', 0, 'TIMETABLE', '{}', 2, '2026-09-15 15:21:23.792661', '2026-09-15 15:31:40.000000');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (37, 'precos_concorrentes_78', 'scheduled__2026-09-15T07:22:45.411574+00:00_6edd77', 'failed', 'scheduled', '2026-09-15 07:22:46.411574', '2026-09-15 07:22:45.411574', '2026-09-15 07:22:45.411574', '2026-09-15 07:22:45.411574', '2026-09-15 07:22:45.411574', '2026-09-15 07:22:48.411574', '2026-09-15 07:31:39.999999', 0, 'TIMETABLE', '{}', 2, '2026-09-15 07:22:46.411574', '2026-09-15 07:31:39.999999');
INSERT INTO deadline (id, created_at, last_updated_at, dagrun_id, deadline_time, missed, callback_id) VALUES ('ca02135e92b1d3f28ede0d7ac3baea9e', '2026-01-05 12:00:00.000000', '2026-01-05 12:00:00.000000', 37, '2026-09-15 15:31:40.000000', 1, '13deef86ab1031d0f646e1f40a097c97');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (38, 'precos_concorrentes_78', 'scheduled__2026-09-15T13:53:47.134519+00:00_4b5c1a', 'success', 'scheduled', '2026-09-15 13:53:48.134519', '2026-09-15 13:53:47.134519', '2026-09-15 13:53:47.134519', '2026-09-15 13:53:47.134519', '2026-09-15 13:53:47.134519', '2026-09-15 13:53:50.134519', '2026-09-15 15:31:39.999999', 0, 'TIMETABLE', '{}', 2, '2026-09-15 13:53:48.134519', '2026-09-15 15:31:39.999999');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (39, 'precos_concorrentes_78', 'scheduled__2026-09-15T05:09:10.632905+00:00_44df8a', 'success', 'scheduled', '2026-09-15 05:09:11.632905', '2026-09-15 05:09:10.632905', '2026-09-15 05:09:10.632905', '2026-09-15 05:09:10.632905', '2026-09-15 05:09:10.632905', '2026-09-15 05:09:13.632905', '2026-09-15 07:35:40.000000', 0, 'TIMETABLE', '{}', 2, '2026-09-15 05:09:11.632905', '2026-09-15 07:35:40.000000');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (40, 'precos_concorrentes_78', 'scheduled__2026-09-15T14:54:37.078018+00:00_0879d9', 'failed', 'scheduled', '2026-09-15 14:54:38.078018', '2026-09-15 14:54:37.078018', '2026-09-15 14:54:37.078018', '2026-09-15 14:54:37.078018', '2026-09-15 14:54:37.078018', '2026-09-15 14:54:40.078018', '2026-09-15 16:01:40.000000', 0, 'TIMETABLE', '{}', 2, '2026-09-15 14:54:38.078018', '2026-09-15 16:01:40.000000');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (41, 'precos_concorrentes_78', 'scheduled__2026-09-15T16:17:56.106502+00:00_a7d833', 'success', 'scheduled', '2026-09-15 16:17:57.106502', '2026-09-15 16:17:56.106502', '2026-09-15 16:17:56.106502', '2026-09-15 16:17:56.106502', '2026-09-15 16:17:56.106502', '2026-09-15 16:17:59.106502', '2026-09-15 16:21:40.000000', 0, 'TIMETABLE', '{}', 2, '2026-09-15 16:17:57.106502', '2026-09-15 16:21:40.000000');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (42, 'precos_concorrentes_78', 'manual__2026-09-15T13:15:17.191403+00:00_cdb540', 'success', 'manual', '2026-09-15 13:15:15.191403', NULL, NULL, NULL, '2026-09-15 13:15:15.191403', '2026-09-15 13:15:17.191403', '2026-09-15 13:24:29.209384', 0, 'TIMETABLE', '{}', 2, '2026-09-15 13:15:15.191403', '2026-09-15 13:24:29.209384');
INSERT INTO deadline (id, created_at, last_updated_at, dagrun_id, deadline_time, missed, callback_id) VALUES ('7f26144b98289fcd59a54a7bb1fee08f', '2026-01-05 12:00:00.000000', '2026-01-05 12:00:00.000000', 42, '2026-09-15 11:18:27.414953', 1, '571242425051c1ccd17f9acae01f5057');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (43, 'precos_concorrentes_78', 'asset_triggered__2026-09-15T10:28:38.822418+00:00_42969a', 'failed', 'asset_triggered', '2026-09-15 10:28:36.822418', NULL, NULL, NULL, '2026-09-15 10:28:36.822418', '2026-09-15 10:28:38.822418', '2026-09-15 10:33:13.396375', 0, 'TIMETABLE', '{}', 2, '2026-09-15 10:28:36.822418', '2026-09-15 10:33:13.396375');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (44, 'precos_concorrentes_78', 'backfill__2026-04-13T07:31:40+00:00_c446ab', 'success', 'backfill', '2026-09-15 11:49:57.733930', '2026-04-13 07:31:40.000000', '2026-04-13 07:31:40.000000', '2026-04-13 07:31:40.000000', '2026-04-13 07:31:40.000000', '2026-09-15 11:49:59.733930', '2026-09-15 11:59:20.802111', 0, 'TIMETABLE', '{}', 2, '2026-09-15 11:49:57.733930', '2026-09-15 11:59:20.802111');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (45, 'precos_concorrentes_78', 'scheduled__2026-09-15T15:20:06.077398+00:00_6f29a9', 'failed', 'scheduled', '2026-09-15 06:26:56.225737', '2026-09-15 15:20:06.077398', '2026-09-15 15:20:06.077398', '2026-09-15 15:20:06.077398', '2026-09-15 15:20:06.077398', '2026-09-15 06:26:58.225737', '2026-09-15 06:31:40.000000', 0, 'TIMETABLE', '{}', 2, '2026-09-15 06:26:56.225737', '2026-09-15 06:31:40.000000');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (46, 'precos_concorrentes_78', 'scheduled__2026-09-15T15:19:58.026004+00:00_a9f530', 'running', 'scheduled', '2026-09-15 15:19:59.026004', '2026-09-15 15:19:58.026004', '2026-09-15 15:19:58.026004', '2026-09-15 15:19:58.026004', '2026-09-15 15:19:58.026004', '2026-09-15 15:20:01.026004', NULL, 0, 'TIMETABLE', '{}', 2, '2026-09-15 15:19:59.026004', '2026-09-15 15:20:01.026004');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (47, 'precos_concorrentes_78', 'scheduled__2026-09-15T08:39:54.678781+00:00_d4d6d2', 'queued', 'scheduled', '2026-09-15 08:39:55.678781', '2026-09-15 08:39:54.678781', '2026-09-15 08:39:54.678781', '2026-09-15 08:39:54.678781', '2026-09-15 08:39:54.678781', '2026-09-15 08:39:57.678781', NULL, 0, 'TIMETABLE', '{}', 2, '2026-09-15 08:39:55.678781', '2026-09-15 08:39:57.678781');
INSERT INTO dag (dag_id, is_paused, is_stale, bundle_name, fileloc, relative_fileloc, owners, timetable_type, partition_mapper_info, max_active_tasks, max_active_runs, max_consecutive_failed_dag_runs, has_task_concurrency_limits) VALUES ('estoque_lojas_72', 0, 0, 'dags-folder', '/opt/caju/dags/estoque_lojas_72.py', 'estoque_lojas_72.py', 'dados', 'airflow.timetables.trigger.CronTriggerTimetable', '{}', 16, 16, 0, 0);
INSERT INTO dag (dag_id, is_paused, is_stale, bundle_name, fileloc, relative_fileloc, owners, timetable_type, partition_mapper_info, max_active_tasks, max_active_runs, max_consecutive_failed_dag_runs, has_task_concurrency_limits) VALUES ('devolucoes_73', 0, 0, 'dags-folder', '/opt/caju/dags/devolucoes_73.py', 'devolucoes_73.py', 'dados', 'airflow.timetables.trigger.CronTriggerTimetable', '{}', 16, 16, 0, 0);
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (48, 'devolucoes_73', 'scheduled__2026-09-15T12:25:21.270331+00:00_3f7249', 'success', 'scheduled', '2026-09-15 12:25:22.270331', '2026-09-15 12:25:21.270331', '2026-09-15 12:25:21.270331', '2026-09-15 12:25:21.270331', '2026-09-15 12:25:21.270331', '2026-09-15 12:25:24.270331', '2026-09-15 12:27:17.633071', 0, 'TIMETABLE', '{}', 2, '2026-09-15 12:25:22.270331', '2026-09-15 12:27:17.633071');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (49, 'devolucoes_73', 'scheduled__2026-09-15T12:21:12.806302+00:00_c07991', 'success', 'scheduled', '2026-09-15 12:21:13.806302', '2026-09-15 12:21:12.806302', '2026-09-15 12:21:12.806302', '2026-09-15 12:21:12.806302', '2026-09-15 12:21:12.806302', '2026-09-15 12:21:15.806302', '2026-09-15 12:29:59.782460', 0, 'TIMETABLE', '{}', 2, '2026-09-15 12:21:13.806302', '2026-09-15 12:29:59.782460');
INSERT INTO dag (dag_id, is_paused, is_stale, bundle_name, fileloc, relative_fileloc, owners, timetable_type, partition_mapper_info, max_active_tasks, max_active_runs, max_consecutive_failed_dag_runs, has_task_concurrency_limits) VALUES ('marketing_email_95', 0, 0, 'dags-folder', '/opt/caju/dags/marketing_email_95.py', 'marketing_email_95.py', 'dados', 'airflow.timetables.trigger.CronTriggerTimetable', '{}', 16, 16, 0, 0);
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (50, 'marketing_email_95', 'scheduled__2026-09-15T10:58:29.079059+00:00_219763', 'failed', 'scheduled', '2026-09-15 10:58:30.079059', '2026-09-15 10:58:29.079059', '2026-09-15 10:58:29.079059', '2026-09-15 10:58:29.079059', '2026-09-15 10:58:29.079059', '2026-09-15 10:58:32.079059', '2026-09-15 11:25:43.368944', 0, 'TIMETABLE', '{}', 2, '2026-09-15 10:58:30.079059', '2026-09-15 11:25:43.368944');
INSERT INTO deadline (id, created_at, last_updated_at, dagrun_id, deadline_time, missed, callback_id) VALUES ('451abd81f1d69ed617f5e837d70820fe', '2026-01-05 12:00:00.000000', '2026-01-05 12:00:00.000000', 50, '2026-09-15 09:34:27.388609', 1, '119a72d174c9df6acc011cdd9474031b');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (51, 'marketing_email_95', 'scheduled__2026-09-15T12:57:33.048375+00:00_b14ab8', 'failed', 'scheduled', '2026-09-15 12:57:34.048375', '2026-09-15 12:57:33.048375', '2026-09-15 12:57:33.048375', '2026-09-15 12:57:33.048375', '2026-09-15 12:57:33.048375', '2026-09-15 12:57:36.048375', '2026-09-15 13:29:56.639549', 0, 'TIMETABLE', '{}', 2, '2026-09-15 12:57:34.048375', '2026-09-15 13:29:56.639549');
INSERT INTO dag_run (id, dag_id, run_id, state, run_type, queued_at, logical_date, data_interval_start, data_interval_end, run_after, start_date, end_date, clear_number, triggered_by, conf, log_template_id, created_at, updated_at) VALUES (52, 'marketing_email_95', 'scheduled__2026-09-15T10:16:05.036983+00:00_6af38f', 'failed', 'scheduled', '2026-09-15 10:16:06.036983', '2026-09-15 10:16:05.036983', '2026-09-15 10:16:05.036983', '2026-09-15 10:16:05.036983', '2026-09-15 10:16:05.036983', '2026-09-15 10:16:08.036983', '2026-09-15 10:34:18.696453', 0, 'TIMETABLE', '{}', 2, '2026-09-15 10:16:06.036983', '2026-09-15 10:34:18.696453');
