<?php

/**
 * @file
 * Tells whether PHP-FPM takes connections.
 */

exit(@fsockopen('127.0.0.1', 9000, $code, $message, 3) ? 0 : 1);
