<?php
/**
 * What a theme may call.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;
