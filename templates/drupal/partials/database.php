<?php

/**
 * @file
 * Waits until the database answers, then prints how many tables it has.
 */

$file = (string) getenv('DATABASE_PASSWORD_FILE');
$options = [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_TIMEOUT => 5];
if ($ca = getenv('DATABASE_CA_FILE')) {
  $options[PDO::MYSQL_ATTR_SSL_CA] = $ca;
  $options[PDO::MYSQL_ATTR_SSL_VERIFY_SERVER_CERT] = TRUE;
}
$name = (string) getenv('DATABASE_NAME');
$dsn = sprintf('mysql:host=%s;port=%s;dbname=%s;charset=utf8mb4', getenv('DATABASE_HOST'), getenv('DATABASE_PORT'), $name);
$deadline = time() + (int) (getenv('DATABASE_WAIT') ?: 300);

while (TRUE) {
  try {
    $database = new PDO($dsn, (string) getenv('DATABASE_USER'), trim((string) file_get_contents($file)), $options);
    $tables = $database->prepare('SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = ?');
    $tables->execute([$name]);
    echo $tables->fetchColumn(), PHP_EOL;
    exit(0);
  }
  catch (PDOException $exception) {
    fwrite(STDERR, 'the database does not answer yet: ' . $exception->getMessage() . PHP_EOL);
    if (time() >= $deadline) {
      exit(1);
    }
    sleep(5);
  }
}
