<?php
/**
 * Tables of the plugin.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Makes, asks and drops tables named {prefix}vitrine_NAME. Asking is silent: a table that is not there (a copy of the shop made without it)
 * answers nothing, and the shop goes on.
 */
final class Vitrine_Table {

	/**
	 * Asks the database.
	 *
	 * @param string $name   Of the table.
	 * @param string $method Of wpdb: query, get_var, get_row, get_results.
	 * @param string $sql    With [table] for the table's name and %s, %d for values.
	 * @param array  $values Of the holes; at least one.
	 * @return mixed As wpdb answers; false or null when it could not.
	 */
	public static function ask( $name, $method, $sql, array $values ) {
		global $wpdb;
		$sql    = str_replace( '[table]', self::full( $name ), $sql );
		$quiet  = $wpdb->suppress_errors( true );
		$answer = $wpdb->$method( $wpdb->prepare( $sql, $values ) ); // phpcs:ignore WordPress.DB.PreparedSQL, WordPress.DB.DirectDatabaseQuery
		$wpdb->suppress_errors( $quiet );
		return $answer;
	}

	/**
	 * A hole for each value of a list, with commas between.
	 *
	 * @param string $hole   Such as %s.
	 * @param int    $number Of values.
	 * @return string
	 */
	public static function holes( $hole, $number ) {
		return implode( ', ', array_fill( 0, $number, $hole ) );
	}

	/**
	 * Makes a table; again is harmless.
	 *
	 * @param string $name    Of the table.
	 * @param string $columns As dbDelta() wants them.
	 */
	public static function make( $name, $columns ) {
		global $wpdb;
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		dbDelta( 'CREATE TABLE ' . self::full( $name ) . " (\n$columns\n) " . $wpdb->get_charset_collate() . ';' );
	}

	/**
	 * Takes it away.
	 *
	 * @param string $name Of the table.
	 */
	public static function drop( $name ) {
		global $wpdb;
		$wpdb->query( 'DROP TABLE IF EXISTS ' . self::full( $name ) ); // phpcs:ignore WordPress.DB.PreparedSQL, WordPress.DB.DirectDatabaseQuery
	}

	/**
	 * The whole name.
	 *
	 * @param string $name Of the table.
	 * @return string
	 */
	private static function full( $name ) {
		global $wpdb;
		return $wpdb->prefix . 'vitrine_' . $name;
	}
}
