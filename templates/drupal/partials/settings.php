<?php

/**
 * @file
 * Settings of a Drupal site in Kubernetes, the same for every site.
 *
 * What differs comes from environment variables, and what is secret from files, so that this
 * file holds no value and can be read by anyone.
 */

/**
 * Reads the file that an environment variable names; without one, the answer is empty.
 */
$secret = static function (string $variable): string {
  $file = getenv($variable);
  return $file && is_readable($file) ? trim((string) file_get_contents($file)) : '';
};

/**
 * Reads a list that an environment variable holds as JSON.
 */
$list = static function (string $variable): array {
  $value = json_decode((string) getenv($variable), TRUE);
  return is_array($value) ? $value : [];
};

// Database. READ COMMITTED is what Drupal asks for on MariaDB.
$databases['default']['default'] = [
  'driver' => 'mysql',
  'namespace' => 'Drupal\\mysql\\Driver\\Database\\mysql',
  'autoload' => 'core/modules/mysql/src/Driver/Database/mysql/',
  'host' => getenv('DATABASE_HOST'),
  'port' => getenv('DATABASE_PORT') ?: '3306',
  'database' => getenv('DATABASE_NAME'),
  'username' => getenv('DATABASE_USER'),
  'password' => $secret('DATABASE_PASSWORD_FILE'),
  'prefix' => '',
  'charset' => 'utf8mb4',
  'collation' => 'utf8mb4_general_ci',
  'init_commands' => [
    'isolation_level' => 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  ],
];
if ($ca = getenv('DATABASE_CA_FILE')) {
  $databases['default']['default']['pdo'] = [
    \PDO::MYSQL_ATTR_SSL_CA => $ca,
    \PDO::MYSQL_ATTR_SSL_VERIFY_SERVER_CERT => TRUE,
  ];
}

$settings['hash_salt'] = $secret('HASH_SALT_FILE');
$settings['update_free_access'] = FALSE;

// A container built by one release is never used by another.
$settings['deployment_identifier'] = \Drupal::VERSION . '-' . getenv('SITE_RELEASE');

// Files. Compiled Twig stays in the pod: it is faster there, and nobody can write it from outside.
$settings['config_sync_directory'] = getenv('CONFIG_SYNC_DIRECTORY') ?: '../config/sync';
$settings['file_public_path'] = 'sites/default/files';
$settings['file_private_path'] = getenv('PRIVATE_FILES_PATH') ?: NULL;
$settings['file_temp_path'] = '/tmp';
$settings['php_storage']['default']['directory'] = '/tmp/php-storage';
$settings['php_storage']['twig']['directory'] = '/tmp/php-storage';
$settings['php_storage']['twig']['secret'] = $settings['hash_salt'];
$settings['file_scan_ignore_directories'] = ['node_modules', 'bower_components'];
$settings['entity_update_batch_size'] = 50;

// The site tree is read-only; what the image holds is what runs.
$settings['allow_authorize_operations'] = FALSE;
$settings['skip_permissions_hardening'] = TRUE;

// Only the site's own hosts.
$hosts = array_merge([(string) getenv('SITE_HOST')], $list('SITE_EXTRA_HOSTS'), $list('SITE_ALIASES'));
$settings['trusted_host_patterns'] = [];
foreach (array_filter($hosts) as $host) {
  $settings['trusted_host_patterns'][] = '^' . preg_quote($host) . '$';
}

// The proxy in front. Without a list of addresses the peer counts as one: the namespace's network
// policies let nobody but the gateway come here.
if (PHP_SAPI !== 'cli' && isset($_SERVER['REMOTE_ADDR'])) {
  $settings['reverse_proxy'] = TRUE;
  $settings['reverse_proxy_addresses'] = $list('SITE_TRUSTED_PROXIES') ?: [$_SERVER['REMOTE_ADDR']];
  $settings['reverse_proxy_trusted_headers'] =
    \Symfony\Component\HttpFoundation\Request::HEADER_X_FORWARDED_FOR |
    \Symfony\Component\HttpFoundation\Request::HEADER_X_FORWARDED_PROTO |
    \Symfony\Component\HttpFoundation\Request::HEADER_X_FORWARDED_PORT;
}

// Aliases go to the canonical host, where neither the gateway nor nginx has seen to it.
if (PHP_SAPI !== 'cli' && in_array(strtolower($_SERVER['HTTP_HOST'] ?? ''), $list('SITE_ALIASES'), TRUE)) {
  header('Location: https://' . getenv('SITE_HOST') . ($_SERVER['REQUEST_URI'] ?? '/'), TRUE, 301);
  exit;
}

// Cache, once the redis module is in the code base. Not while the installer runs.
if (getenv('CACHE_HOST') && extension_loaded('redis') && !\Drupal\Core\Installer\InstallerKernel::installationAttempted()) {
  foreach (['modules/contrib/redis', 'modules/redis'] as $module) {
    if (is_file($app_root . '/' . $module . '/example.services.yml')) {
      $settings['redis.connection']['interface'] = 'PhpRedis';
      $settings['redis.connection']['host'] = getenv('CACHE_HOST');
      $settings['redis.connection']['port'] = getenv('CACHE_PORT') ?: '6379';
      $settings['cache_prefix'] = getenv('SITE_NAME') . '_' . getenv('SITE_ENVIRONMENT') . '_';
      $settings['cache']['default'] = 'cache.backend.redis';
      // These must survive a flush of the cache server, or be shared by command line and web.
      $settings['cache']['bins']['form'] = 'cache.backend.database';
      $settings['container_yamls'][] = $module . '/example.services.yml';
      $settings['container_yamls'][] = $module . '/redis.services.yml';
      $class_loader->addPsr4('Drupal\\redis\\', $module . '/src');
      break;
    }
  }
}

// Search, for the server that search_api_solr knows by this name.
if (getenv('SEARCH_HOST')) {
  $config['search_api.server.' . getenv('SEARCH_SERVER')]['backend_config']['connector_config'] = [
    'scheme' => 'http',
    'host' => getenv('SEARCH_HOST'),
    'port' => getenv('SEARCH_PORT'),
    'path' => '/',
    'core' => getenv('SEARCH_CORE'),
  ];
}

// Mail, for the core mailer and for the contributed smtp module. Which of them sends is up to the site.
if (getenv('SMTP_HOST')) {
  $config['system.mail']['mailer_dsn'] = [
    'scheme' => getenv('SMTP_PORT') === '465' ? 'smtps' : 'smtp',
    'host' => getenv('SMTP_HOST'),
    'port' => (int) getenv('SMTP_PORT'),
    'user' => $secret('SMTP_USERNAME_FILE') ?: NULL,
    'password' => $secret('SMTP_PASSWORD_FILE') ?: NULL,
    'options' => [],
  ];
  $config['smtp.settings']['smtp_host'] = getenv('SMTP_HOST');
  $config['smtp.settings']['smtp_port'] = getenv('SMTP_PORT');
  $config['smtp.settings']['smtp_username'] = $secret('SMTP_USERNAME_FILE');
  $config['smtp.settings']['smtp_password'] = $secret('SMTP_PASSWORD_FILE');
}

// Cron has a CronJob of its own; a visitor should not pay for it.
$config['automated_cron.settings']['interval'] = 0;
// Errors go to the log of the pod, not to the visitor.
$config['system.logging']['error_level'] = 'hide';

// What the code base wants to add.
if (is_file($app_root . '/' . $site_path . '/settings.site.php')) {
  include $app_root . '/' . $site_path . '/settings.site.php';
}
