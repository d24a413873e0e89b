<?php

/**
 * @file
 * Waits until the database answers, then prints how many tables it has.
 */

$dsn = sprintf('mysql:host=%s;port=%s;dbname=%s', getenv('DB_HOST'), getenv('DB_PORT'), getenv('DB_NAME'));
$deadline = time() + 300;
while (TRUE) {
  try {
    $database = new PDO($dsn, (string) getenv('DB_USER'), (string) getenv('DB_PASSWORD'), [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
    echo $database->query('SHOW TABLES')->rowCount(), PHP_EOL;
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
