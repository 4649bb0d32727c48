<?php
/**
 * Run by WordPress when the plugin is deleted: nothing of it stays but what stands in orders.
 *
 * @package Vitrine
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

require_once __DIR__ . '/vitrine.php';

$vitrine_all = array(
	'fields' => 'ids',
	'number' => 0,
);
foreach ( is_multisite() ? get_sites( $vitrine_all ) : array( 0 ) as $vitrine_site ) {
	if ( $vitrine_site ) {
		switch_to_blog( $vitrine_site );
	}
	Vitrine_Plugin::remove();
	if ( $vitrine_site ) {
		restore_current_blog();
	}
}
