<?php
/**
 * The table of hooks.
 *
 * @package Vitrine
 */

require __DIR__ . '/lib.php';

check(
	'every row names a method that is there and takes what it is given',
	function () {
		foreach ( Vitrine_Hooks::TABLE as $when => $rows ) {
			foreach ( $rows as $row ) {
				$method = new ReflectionMethod( $row[1], $row[2] );
				$what   = "$when: $row[0], $row[1]::$row[2]";
				same( true, $method->isStatic() && $method->isPublic(), $what );
				$given = isset( $row[4] ) ? $row[4] : 1;
				same( true, $method->getNumberOfRequiredParameters() <= $given, "$what gets fewer arguments than it needs:" );
			}
		}
	}
);

check(
	'conditions of the table are those of the shop, or switches',
	function () {
		$known = array( 'always', 'admin', 'connected', 'offers' );
		foreach ( array_diff( array_keys( Vitrine_Hooks::TABLE ), $known ) as $when ) {
			same( 'boolean', gettype( Vitrine_Options::DEFAULTS[ $when ] ), $when );
		}
	}
);

check(
	'every button of the setup page is heard, and nothing else is',
	function () {
		$heard = array();
		foreach ( Vitrine_Hooks::TABLE['admin'] as $row ) {
			if ( 0 === strpos( $row[0], 'admin_post_' ) ) {
				$heard[] = substr( $row[0], 11 );
			}
		}
		same( array_keys( Vitrine_Admin::ACTIONS ), $heard );
	}
);

check(
	'naming the hooks loads no class but the table and the settings',
	function () {
		$code = 'define("ABSPATH", "/"); require $argv[1] . "class-vitrine-hooks.php"; require $argv[1] . "class-vitrine-options.php"; echo count(Vitrine_Hooks::TABLE) > 3 ? "fine" : "";';
		same( 'fine', shell_exec( escapeshellarg( PHP_BINARY ) . ' -r ' . escapeshellarg( $code ) . ' ' . escapeshellarg( VITRINE_DIR . 'includes/' ) ) );
	}
);
